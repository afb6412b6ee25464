"""What a change changed: exact bounds for the mart, and a card that a manager reads."""

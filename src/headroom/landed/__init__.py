"""Landed tables: their contracts, the merge of rows, marks of parts, masks, rejects, prune."""

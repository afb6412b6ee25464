"""The report as one HTML page: state of the fleet, what needs a person, then a section a domain.

`catalog` says what stands in the page, `asking` gets the answers, `writing` makes the file. Charts
are drawn here, so the page needs no script to be read, and it asks for nothing from anywhere.
"""

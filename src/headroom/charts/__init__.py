"""Charts: Altair specifications, one file a domain, for the HTML report, notebooks and README.

A chart is made of rows that an analysis has aggregated. It needs the extra `headroom[report]`.
"""

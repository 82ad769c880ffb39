"""Runs Debian's Prometheus 2.42 beside the server under test on the same configuration and the same scripted targets.

    scripted.py   the targets: answers byte for byte, one per request, for each server its own sequence
    servers.py    the two servers
    view.py       what a server shows of a job: stored values and markers, target fields, requests, log lines
    rows.py       rows of a table: a job, its script, what is to be seen, and where 2.42 differs and why

What is wanted is what the server under test promises. 2.42 is older than that, so it is a witness and no judge: where
it shows something else, the row says what, and why.
"""

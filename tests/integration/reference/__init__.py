"""Runs Debian's Prometheus 2.42 beside the server under test on the same configuration and the same scripted targets.

    scripted.py   the targets: answers byte for byte, one per request, for each server its own sequence
    servers.py    the two servers
    view.py       what a server shows of a job: stored values and markers, target fields, requests, log lines
    rows.py       rows of a table: a job, its script, what is to be seen, and where 2.42 differs and why

What is wanted is what the server under test promises. 2.42 is older than that, so it is a witness and no judge: where
it shows something else, the row says what, and why.

Not asked of 2.42, because it cannot tell:
    protocols, Accept      it has neither scrape_protocols nor escaping schemes, and another Accept
    histogram limits       it knows neither a bucket limit nor a smallest bucket factor
    conversion             it makes no custom buckets of classic histograms, in no format
    failure log            it has none
    broken protobuf        it decodes with another library, whose words differ; whole messages are compared by reading
                           its own /metrics in both formats
    credentials, proxies   its client is Go's, of an older version: texts are compared in the client's unit tests, with
                           what Go says written down there
And the class "too old" is not asked, because ours has no out-of-order window.
"""

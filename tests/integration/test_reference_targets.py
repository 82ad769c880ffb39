"""Scrape spec, sections 2 and 4: from a discovered target to the request that is sent to it."""
import harness
from reference.rows import Row, See, Tables, error, field, header, labels, refused, request

OK = ["a 1\n"]
DEFAULT_PORT = "2.42 adds the scheme's port"
NEW_LABEL = "not in 2.42"


def relabel(**labels_to_set):
    return {"relabel_configs": [{"target_label": name, "replacement": value} for name, value in labels_to_set.items()]}


def dropped(count, **differs):
    return See("dropped targets", lambda view, row: (len(view.active()), len(view.dropped())), (0, count), **differs)


def discovered(name, want, **differs):
    return field("discoveredLabels." + name, want, **differs)


LABELS = [
    Row("t_defaults", OK, labels("a", '{instance="ADDRESS", job="t_defaults"}'), field("labels.instance", "ADDRESS"),
        field("scrapeUrl", "http://ADDRESS/t_defaults"), field("health", "up"), field("lastError", ""),
        field("scrapeInterval", "1s"), field("scrapeTimeout", "1s"), field("scrapePool", "t_defaults"),
        discovered("__address__", "ADDRESS"), discovered("__scheme__", "http"), discovered("job", "t_defaults"),
        discovered("__metrics_path__", "/t_defaults"), discovered("__scrape_interval__", "1s"),
        discovered("__scrape_timeout__", "1s"), discovered("instance", None),
        discovered("__scrape_native_histograms__", "false", why=NEW_LABEL),
        discovered("__convert_classic_histograms_to_nhcb__", "false", why=NEW_LABEL),
        discovered("__always_scrape_classic_histograms__", "false", why=NEW_LABEL), labels={}),
    Row("t_job_of_the_target", OK, labels('a{job="mine"}', '{instance="i", job="mine"}'),
        labels={"job": "mine", "instance": "i"}, scrapes=0),
    Row("t_empty_label", OK, labels("a", '{instance="i", job="t_empty_label"}'), labels={"x": "", "instance": "i"}),
    Row("t_empty_job", OK, labels("a", '{instance="i", job="t_empty_job"}'), labels={"job": "", "instance": "i"}),
    Row("t_meta", OK, labels("a", '{instance="i", job="t_meta", kept="v"}'), discovered("__meta_x", "v"),
        labels={"instance": "i", "__meta_x": "v"},
        job={"relabel_configs": [{"source_labels": ["__meta_x"], "target_label": "kept"}]}),
    Row("t_tmp", OK, labels("a", '{instance="i", job="t_tmp"}'), job=relabel(__tmp_x="1")),
    Row("t_no_job", ["t_no_job 1\n"], labels('t_no_job{job=""}', '{instance="i"}'), scrapes=0,
        job={"relabel_configs": [{"action": "labeldrop", "regex": "job"}]}),
    Row("t_no_instance", OK, labels("a", '{instance="ADDRESS", job="t_no_instance"}'), job=relabel(instance="")),
    Row("t_interval", OK, field("scrapeTimeout", "500ms"), field(
        "scrapeInterval", "1500ms"),
        header("X-Prometheus-Scrape-Timeout-Seconds", "0.5"),
        job=relabel(__scrape_interval__="1500ms", __scrape_timeout__="500ms")),
    Row("t_utf8", OK, labels("a", '{instance="\u00e9", job="t_utf8"}'), labels={"instance": "\u00e9"}),
]

REFUSED = [
    Row("r_no_address", OK, refused("no address"), job=relabel(__address__=""), scrapes=0),
    Row("r_slash", OK, refused('"a/b" is not a valid hostname', old='"a/b:80" is not a valid hostname',
                               why=DEFAULT_PORT), job=relabel(__address__="a/b"), scrapes=0),
    Row("r_labeldrop", OK, refused("no address"), scrapes=0,
        job={"relabel_configs": [{"action": "labeldrop", "regex": ".*"}]}),
    Row("r_labelkeep", OK, refused("error parsing scrape interval: empty duration string"), scrapes=0,
        job={"relabel_configs": [{"action": "labelkeep", "regex": "__address__"}]}),
    Row("r_interval_zero", OK, refused("scrape interval cannot be 0"), scrapes=0,
        job=relabel(__scrape_interval__="0s")),
    Row("r_interval_bad", OK, refused(
        'error parsing scrape interval: unknown unit "." in duration "1.5s"', why="2.42 reads durations by a regular "
        "expression only", old='error parsing scrape interval: not a valid duration string: "1.5s"'), scrapes=0,
        job=relabel(__scrape_interval__="1.5s")),
    Row("r_timeout_zero", OK, refused("scrape timeout cannot be 0"), scrapes=0, job=relabel(__scrape_timeout__="0")),
    Row("r_timeout_bad", OK, refused('error parsing scrape timeout: not a valid duration string: "x"'), scrapes=0,
        job=relabel(__scrape_timeout__="x")),
    Row("r_timeout_long", OK, refused('scrape timeout cannot be greater than scrape interval ("2s" > "1s")'),
        scrapes=0, job=relabel(__scrape_timeout__="2s")),
    Row("r_bool", OK, refused('error parsing scrape native histograms: strconv.ParseBool: parsing "yes": invalid '
                              'syntax'), scrapes=0, job=relabel(__scrape_native_histograms__="yes"),
        only_ours=NEW_LABEL),
]

DROPPED = [
    Row("d_by_rule", OK, dropped(2), scrapes=0, targets=["ADDRESS", "other:1"],
        job={"relabel_configs": [{"action": "drop", "source_labels": ["job"], "regex": ".*"}]}),
    Row("d_kept_for_display", OK, dropped(1), scrapes=0, targets=["a:1", "b:1", "c:1"], only_ours=NEW_LABEL,
        job={"keep_dropped_targets": 1,
             "relabel_configs": [{"action": "drop", "source_labels": ["job"], "regex": ".*"}]}),
]

URLS = [
    Row("u_params", OK, request("/u_params?b=x+y&b=z&c=%2B%2F"),
        field("scrapeUrl", "http://ADDRESS/u_params?b=x+y&b=z&c=%2B%2F"),
        discovered("__param_b", "x y"), discovered("__param_none", None),
        job={"params": {"c": ["+/"], "b": ["x y", "z"], "none": []}}),
    Row("u_param_relabeled", OK, request("/u_param_relabeled?new=1&x=new&x=b"),
        job={"params": {"x": ["a", "b"]}, **relabel(__param_x="new", __param_new="1")}),
    Row("u_param_label", OK, request(
        "/u_param_label?x=mine&x=b", old="/u_param_label?x=a&x=b", why="2.42 lets params win over the target's label"),
        job={"params": {"x": ["a", "b"]}},
        labels={"__param_x": "mine", "instance": "i"}),
    Row("u_path", OK, request("/u_path/a%3Fb/x%20y/z%252Fz,a=b&c"), job=relabel(
        __metrics_path__="/u_path/a?b/x y/z%2Fz,a=b&c")),
    Row("u_path_without_slash", OK, request("/u_path_without_slash"),
        field("scrapeUrl", "http://ADDRESS/u_path_without_slash"), job={"metrics_path": "u_path_without_slash"}),
    Row("u_path_of_the_target", OK, request("/u_path_of_the_target/x"),
        labels={"instance": "i", "__metrics_path__": "/u_path_of_the_target/x"}),
    Row("u_blank_in_host", OK, field("scrapeUrl", "http://a%20b:80/u_blank_in_host"),
        error('parse "http://a%20b:80/u_blank_in_host": invalid URL escape "%20"'), targets=["a b:80"]),
    Row("u_no_scheme", OK, field("scrapeUrl", "//ADDRESS/u_no_scheme"),
        error('Get "//ADDRESS/u_no_scheme": unsupported protocol scheme ""'), job=relabel(__scheme__="")),
    Row("u_no_port", OK, field("scrapeUrl", "https://localhost/u_no_port",
                               old="https://localhost:443/u_no_port", why=DEFAULT_PORT),
        labels("up", '{instance="localhost", job="u_no_port"}',
               old=['{instance="localhost:443", job="u_no_port"}'], why=DEFAULT_PORT),
        job={"scheme": "https"}, targets=["localhost"], labels={}),
    Row("u_ipv6", OK, field("scrapeUrl", "http://[::1]:1/u_ipv6"), labels("up", '{instance="[::1]:1", job="u_ipv6"}'),
        error('Get "http://[::1]:1/u_ipv6": dial tcp [::1]:1: connect: connection refused'), targets=["[::1]:1"],
        labels={}),
    Row("u_socket", OK, labels("a", '{instance="nowhere:1", job="u_socket"}'),
        field("scrapeUrl", "http://nowhere:1/u_socket"), header("Host", "nowhere:1"), only_ours=NEW_LABEL,
        job=relabel(__unix_socket__="SOCKET"), targets=["nowhere:1"], labels={}),
]

IDENTITY = [
    Row("i_twice", OK, See("active targets", lambda view, row: len(view.active()), 1), targets=["ADDRESS", "ADDRESS"]),
    Row("i_labels_differ", OK, See("active targets", lambda view, row: len(view.active()), 2), scrapes=0,
        targets=["ADDRESS", "localhost"], labels={},
        job={"relabel_configs": [{"source_labels": ["__address__"], "target_label": "instance"},
                                 {"target_label": "__address__", "replacement": "127.0.0.1:1"}]}),
]

HEADERS = [
    Row("h_plain", OK, request("/h_plain"), header("Host", "ADDRESS"), header("Accept-Encoding", "gzip"),
        header("X-Prometheus-Scrape-Timeout-Seconds", "1"), header("Authorization", None)),
    Row("h_identity", OK, header("Accept-Encoding", "identity"), job={"enable_compression": False},
        only_ours="2.42 always asks for gzip"),
    Row("h_basic", OK, header("Authorization", "Basic dTpw"), job={"basic_auth": {"username": "u", "password": "p"}}),
    Row("h_bearer", OK, header("Authorization", "Bearer t"), job={"authorization": {"credentials": "t"}}),
    Row("h_headers", OK, header("X-Mine", "1"), job={"http_headers": {"X-Mine": {"values": ["1"]}}},
        only_ours="2.42 has no http_headers"),
]


class Targets(Tables):
    tables = {"2 labels": LABELS, "2 refused": REFUSED, "2 URL": URLS, "2.1": IDENTITY, "2.2": DROPPED, "4": HEADERS}

    def test_2_labels(self):
        self.check("2 labels")

    def test_2_refused_targets(self):
        self.check("2 refused")

    def test_2_url(self):
        self.check("2 URL")

    def test_2_1_identity(self):
        self.check("2.1")

    def test_2_2_dropped_targets(self):
        self.check("2.2")

    def test_4_request(self):
        self.check("4")


if __name__ == "__main__":
    harness.main()

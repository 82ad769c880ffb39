#!/usr/bin/env python3
"""Writes protobuf_fuzz/families, an input of the protobuf fuzzer: two bodies with all that the format has."""
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent

FAMILIES = [
    '''name: "c_total" help: "H" type: COUNTER unit: "seconds" metric {
         label { name: "a" value: "b" } timestamp_ms: 1700000000123
         counter { value: 5 start_timestamp { seconds: 1600000000 }
                   exemplar { label { name: "t" value: "u" } value: 1
                              timestamp { seconds: 1700000000 nanos: 5 } } } }''',
    '''name: "s" type: SUMMARY metric { label { name: "x" value: "y" } summary {} } metric {
         summary { sample_count: 3 sample_sum: 4.5
                   quantile { quantile: 0.5 value: 1 } quantile { quantile: 1 value: 2 } } }''',
    '''name: "h" type: HISTOGRAM metric {
         histogram { sample_count: 6 sample_sum: 7 start_timestamp { seconds: 1600000000 }
                     bucket { cumulative_count: 2 upper_bound: 0.1 exemplar { value: 0.05 } }
                     bucket { cumulative_count: 6 upper_bound: inf } } }''',
    '''name: "n" type: HISTOGRAM metric { label { name: "a" value: "b" }
         histogram { sample_count: 7 sample_sum: 9 schema: 3 zero_threshold: 0.001 zero_count: 2
                     bucket { cumulative_count: 7 upper_bound: inf }
                     negative_span { offset: -1 length: 1 } negative_delta: 1
                     positive_span { offset: 2 length: 2 } positive_span { offset: 3 length: 1 }
                     positive_delta: 1 positive_delta: 1 positive_delta: -1
                     exemplars { value: 1 timestamp { seconds: 1700000000 } } } }''',
    '''name: "f" type: GAUGE_HISTOGRAM metric {
         histogram { sample_count_float: 3 sample_sum: 9 zero_threshold: 1 zero_count_float: 1.5
                     positive_span { length: 1 } positive_count: 1.5
                     bucket { cumulative_count_float: 1.5 upper_bound: 1 }
                     bucket { cumulative_count_float: 3 upper_bound: inf } } }''',
    'name: "my.gauge" type: GAUGE metric { gauge { value: nan } } metric { label { name: "a" value: "1" } gauge {} }',
    'name: "u" type: UNTYPED metric { untyped { value: 3 } }',
]


def delimited(family):
    """The message of a family in protobuf's text form, behind its length."""
    message = subprocess.run(["protoc", "--encode=narthex.exposition.pb.MetricFamily",
                              "exposition/protobuf/metrics.proto"],
                             cwd=ROOT, input=family.encode(), stdout=subprocess.PIPE, check=True).stdout
    rest, length = len(message), b""
    while rest >= 128:
        length += bytes([rest & 127 | 128])
        rest >>= 7
    return length + bytes([rest]) + message


def main():
    first = b"".join(map(delimited, FAMILIES))
    second = b"".join(delimited(family.replace("value: 5", "value: 6").replace("_count: 7", "_count: 8")
                                .replace("zero_count: 2", "zero_count: 3")) for family in FAMILIES)
    # As tests/fuzz/protobuf_fuzz.cc reads it: native histograms on, and half of the rest is the first body.
    assert len(first) == len(second)
    (HERE / "protobuf_fuzz").mkdir(exist_ok=True)
    (HERE / "protobuf_fuzz" / "families").write_bytes(bytes([1, 4]) + first + second)


if __name__ == "__main__":
    main()

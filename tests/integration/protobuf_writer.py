"""Bodies in the delimited protobuf format, written field by field: what a target says, without a library between."""
import struct

TYPE = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
KINDS = {"counter": 0, "gauge": 1, "summary": 2, "untyped": 3, "histogram": 4, "gaugehistogram": 5}


def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def zigzag(number):
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def integer(field, number):
    return varint(field << 3) + varint(number)


def signed(field, number):
    return varint(field << 3) + zigzag(number)


def double(field, number):
    return varint(field << 3 | 1) + struct.pack("<d", number)


def packed_doubles(field, numbers):
    return message(field, struct.pack(f"<{len(numbers)}d", *numbers)) if numbers else b""


def message(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def family(name, kind, *metrics, help="", unit=""):
    content = message(1, name) + message(2, help) + integer(3, KINDS[kind])
    content += b"".join(message(4, one) for one in metrics)
    content += message(5, unit) if unit else b""
    return varint(len(content)) + content


def label_pairs(field, labels):
    return b"".join(message(field, message(1, name) + message(2, value)) for name, value in labels.items())


def metric(value, **labels):
    return label_pairs(1, labels) + value


def gauge(value):
    return message(2, double(1, value))


def counter(value, exemplar=b""):
    return message(3, double(1, value) + (message(2, exemplar) if exemplar else b""))


def exemplar(labels, value, seconds=None):
    when = b"" if seconds is None else message(3, integer(1, int(seconds)) + integer(2, round(seconds % 1 * 1e9)))
    return label_pairs(1, labels) + double(2, value) + when


def classic(count, sum, buckets):
    """`buckets`: pairs of upper bound and cumulative count."""
    bucket = b"".join(message(3, integer(1, below) + double(2, bound)) for bound, below in buckets)
    return message(7, integer(1, count) + double(2, sum) + bucket)

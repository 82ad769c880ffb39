"""Remote write requests, 1.0 and 2.0, written field by field: what a sender says, without a library between."""
import harness
from protobuf_writer import double, integer, label_pairs, message, packed_doubles, signed, varint, zigzag

V1 = "application/x-protobuf;proto=prometheus.WriteRequest"
V2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request"
WRITTEN = "X-Prometheus-Remote-Write-{}-Written"


def snappy(data):
    """The block format, with literals alone."""
    out = varint(len(data))
    for at in range(0, len(data), 1 << 16):
        piece = data[at:at + (1 << 16)]
        out += bytes([61 << 2]) + (len(piece) - 1).to_bytes(2, "little") + piece
    return out


def sample(value, timestamp, start=0):
    return double(1, value) + integer(2, timestamp) + (integer(3, start) if start else b"")


def spans(field, pairs):
    return b"".join(message(field, signed(1, offset) + integer(2, length)) for offset, length in pairs)


def histogram(timestamp, count=0, sum=0.0, schema=0, zero=0, positive=(), deltas=(), bounds=(), hint=0, start=0):
    return (integer(1, count) + double(3, sum) + signed(4, schema) + integer(6, zero) + spans(11, positive) +
            message(12, b"".join(zigzag(delta) for delta in deltas)) + (integer(14, hint) if hint else b"") +
            integer(15, timestamp) + packed_doubles(16, list(bounds)) + (integer(17, start) if start else b""))


def series(labels, samples=(), exemplars=(), histograms=()):
    """Of 1.0. `labels`: a dictionary, or pairs."""
    pairs = labels.items() if isinstance(labels, dict) else labels
    content = b"".join(message(1, message(1, name) + message(2, value)) for name, value in pairs)
    content += b"".join(message(2, sample(value, t)) for value, t in samples)
    content += b"".join(message(3, label_pairs(1, of) + double(2, value) + integer(3, t)) for of, value, t in exemplars)
    return message(1, content + b"".join(message(4, one) for one in histograms))


class V2Request:
    """Of 2.0: gathers symbols."""

    def __init__(self):
        self.symbols = [""]
        self.body = b""

    def ref(self, text):
        if text not in self.symbols:
            self.symbols.append(text)
        return self.symbols.index(text)

    def refs(self, labels):
        pairs = labels.items() if isinstance(labels, dict) else labels
        return [self.ref(text) for pair in pairs for text in pair]

    def series(self, labels, samples=(), exemplars=(), histograms=(), refs=None, kind=0, help=0, unit=0):
        refs = self.refs(labels) if refs is None else refs
        content = message(1, b"".join(map(varint, refs)))
        content += b"".join(message(2, sample(*one)) for one in samples)
        content += b"".join(message(3, one) for one in histograms)
        for of, value, t in exemplars:
            of = of if isinstance(of, list) else self.refs(of)
            content += message(4, message(1, b"".join(map(varint, of))) + double(2, value) + integer(3, t))
        content += message(5, integer(1, kind) + integer(3, help) + integer(4, unit))
        self.body += message(5, content)
        return self

    def encode(self):
        return b"".join(message(4, symbol) for symbol in self.symbols) + self.body


def post(url, body, kind=V1, encoding="snappy", compressed=True):
    """The answer to a body that is compressed on the way."""
    headers = {"Content-Type": kind, "Content-Encoding": encoding}
    return harness.request(url + "/api/v1/write", "POST", snappy(body) if compressed else body,
                           {name: value for name, value in headers.items() if value})


def written(answer):
    """Samples, histograms and exemplars, as the headers of 2.0 say."""
    return tuple(answer.headers.get(WRITTEN.format(what)) for what in ("Samples", "Histograms", "Exemplars"))

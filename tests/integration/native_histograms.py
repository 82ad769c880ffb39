"""Native histograms as a test thinks of them: buckets by index. From that, what a target sends and what a query answers
are worked out separately."""
import decimal
import math

import protobuf_writer as pb


def number(value):
    """As the API writes sample values."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value != 0 and not 1e-6 <= abs(value) < 1e21:
        return repr(value)
    text = format(decimal.Decimal(repr(float(value))), "f")
    return text.removesuffix(".0")


def bound(schema, index):
    """Upper bound of the bucket; see rounded()."""
    return 2.0 ** (index / 2.0 ** schema)


def rounded(histogram):
    """An answer with its buckets' bounds to twelve digits: above schema 0, the last ones are not the nearest."""
    return {**histogram, "buckets": [[rule, format(float(low), ".12g"), format(float(high), ".12g"), count]
                                     for rule, low, high, count in histogram["buckets"]]}


class Native:
    """`positive`, `negative`: counts by index. Counts are whole numbers unless `floats`."""

    def __init__(self, schema, positive, negative=None, zero=0, threshold=0.001, sum=1.5, floats=False, count=None):
        self.schema, self.positive, self.negative = schema, dict(positive), dict(negative or {})
        self.zero, self.threshold, self.sum, self.floats = zero, threshold, sum, floats
        values = list(self.positive.values()) + list(self.negative.values())
        self.count = zero + math.fsum(values) if count is None else count

    def reduced(self, schema):
        """The same in a coarser schema: 2^k neighbours become one bucket."""
        if schema >= self.schema:
            return self
        width = 2 ** (self.schema - schema)

        def merge(buckets):
            merged = {}
            for index, count in buckets.items():
                merged[math.ceil(index / width)] = merged.get(math.ceil(index / width), 0) + count
            return merged

        return Native(schema, merge(self.positive), merge(self.negative), self.zero, self.threshold, self.sum,
                      self.floats, self.count)

    def _side(self, buckets, span_field, delta_field, count_field):
        out, end, before = b"", 0, 0
        indexes = sorted(buckets)
        while indexes:
            length = next((i for i, index in enumerate(indexes) if index != indexes[0] + i), len(indexes))
            out += pb.message(span_field, pb.signed(1, indexes[0] - end) + pb.integer(2, length))
            end, indexes = indexes[0] + length, indexes[length:]
        if self.floats:
            return out + pb.packed_doubles(count_field, [buckets[index] for index in sorted(buckets)])
        for index in sorted(buckets):
            out += pb.signed(delta_field, buckets[index] - before)
            before = buckets[index]
        return out

    def value(self, *exemplars, classic=()):
        """The field of a Metric."""
        counts = (pb.double(4, self.count) + pb.double(8, self.zero) if self.floats else
                  pb.integer(1, int(self.count)) + pb.integer(7, int(self.zero)))
        content = counts + pb.double(2, self.sum) + pb.signed(5, self.schema) + pb.double(6, self.threshold)
        content += self._side(self.negative, 9, 10, 11) + self._side(self.positive, 12, 13, 14)
        content += b"".join(pb.message(16, one) for one in exemplars)
        content += b"".join(pb.message(3, pb.integer(1, below) + pb.double(2, bound)) for bound, below in classic)
        return pb.message(7, content)

    def json(self):
        buckets = [[1, number(-bound(self.schema, i)), number(-bound(self.schema, i - 1)), number(self.negative[i])]
                   for i in sorted(self.negative, reverse=True) if self.negative[i]]
        if self.zero:
            buckets.append([3, number(-self.threshold), number(self.threshold), number(self.zero)])
        buckets += [[0, number(bound(self.schema, i - 1)), number(bound(self.schema, i)), number(self.positive[i])]
                    for i in sorted(self.positive) if self.positive[i]]
        out = {"count": number(self.count), "sum": number(self.sum)}
        return {**out, "buckets": buckets} if buckets else out


def custom_json(sum, bounds, counts):
    """Of a histogram with custom buckets: `counts` has one more than `bounds`."""
    edges = [-math.inf, *bounds, math.inf]
    buckets = [[0 if i else 3, number(edges[i]), number(edges[i + 1]), number(count)]
               for i, count in enumerate(counts) if count]
    return {"count": number(math.fsum(counts)), "sum": number(sum), "buckets": buckets}

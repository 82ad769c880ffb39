// The rows of configuration spec, section 7: what is answered, and what is stored.
#include "tests/unit/remote/fixture.h"

namespace narthex::remote {
namespace {

const Pairs kA = {{"__name__", "m"}, {"a", "b"}};
constexpr char kDump[] = "m{a=\"b\"}";

V1Request good_v1() { return V1Request().series(kA).sample(kNow, 1); }
V2Request good_v2() { return V2Request().series(kA).sample(kNow, 1); }

TEST(Receiver, HeadersAreCheckedInOrder) {
  const std::string v1 = good_v1().body();
  const std::string v2 = good_v2().body();
  const std::string garbage = "\xff\xff\xff\xff\xff\xff garbage";
  std::string not_protobuf;
  snappy::Compress("\x0a\x7f", 2, &not_protobuf);
  const std::string empty_type;
  struct Case {
    std::string body, type, encoding, expected;
  };
  const Case cases[] = {
      {v1, "", "", "204"},
      {v1, "application/x-protobuf", "snappy", "204"},
      {v1, kV1, "snappy", "204"},
      {v2, kV2, "", "204 1/0/0"},
      {v2, "application/x-protobuf; proto=io.prometheus.write.v2.Request", "", "204 1/0/0"},
      {v1, "text/plain", "",
       "415 expected application/x-protobuf as the first (media) part, got text/plain content-type"},
      {v1, "application/x-protobuf;proto=yolo", "",
       "415 got application/x-protobuf;proto=yolo content type; unknown type for remote write protobuf message yolo, "
       "supported: prometheus.WriteRequest, io.prometheus.write.v2.Request"},
      {v1, "application/x-protobuf;proto", "",
       "415 as per https://www.rfc-editor.org/rfc/rfc9110#parameter expected parameters to be key-values, got proto in "
       "application/x-protobuf;proto content-type"},
      {v1, kV1, "zstd", "415 zstd encoding (compression) is not accepted by this server; only snappy is acceptable"},
      {garbage, "text/plain", "gzip",
       "415 gzip encoding (compression) is not accepted by this server; only snappy is acceptable"},
      {garbage, "text/plain", "snappy", "400 s2: corrupt input"},
      {"", kV1, "snappy", "400 s2: corrupt input"},
      {not_protobuf, "text/plain", "snappy",
       "415 expected application/x-protobuf as the first (media) part, got text/plain content-type"},
      {not_protobuf, kV1, "snappy", "400 unexpected EOF"},
      {not_protobuf, kV2, "snappy", "400 unexpected EOF"},
  };
  for (const Case& c : cases) {
    ReceiverFixture receiver;
    EXPECT_EQ(text_of(receiver.post(c.body, c.type, c.encoding)), c.expected) << c.type << " " << c.encoding;
  }
}

TEST(Receiver, OnlyWhatIsAcceptedIs) {
  ReceiverOptions only_v1;
  ASSERT_TRUE(accept_only({"prometheus.WriteRequest"}, only_v1));
  ReceiverOptions only_v2;
  ASSERT_TRUE(accept_only({"io.prometheus.write.v2.Request"}, only_v2));
  ReceiverOptions both = only_v2;
  ASSERT_TRUE(accept_only({"prometheus.WriteRequest,io.prometheus.write.v2.Request"}, both));
  EXPECT_EQ(text_of(ReceiverFixture(only_v1).post(good_v2())),
            "415 io.prometheus.write.v2.Request protobuf message is not accepted by this server; only accepts "
            "prometheus.WriteRequest");
  EXPECT_EQ(text_of(ReceiverFixture(only_v2).post(good_v1())),
            "415 prometheus.WriteRequest protobuf message is not accepted by this server; only accepts "
            "io.prometheus.write.v2.Request");
  // Behind snappy, before the message is looked at.
  std::string not_protobuf;
  snappy::Compress("\x0a\x7f", 2, &not_protobuf);
  EXPECT_EQ(ReceiverFixture(only_v2).post("", kV1).status, 400);
  EXPECT_EQ(ReceiverFixture(only_v2).post(not_protobuf, kV1).status, 415);
  EXPECT_EQ(ReceiverFixture(both).post(good_v1()).status, 204);
  EXPECT_EQ(ReceiverFixture(both).post(good_v2()).status, 204);
  EXPECT_FALSE(accept_only({"yolo"}, both));
}

TEST(Receiver, DecodedBodiesHaveALimit) {
  ReceiverOptions options;
  options.max_decoded_bytes = 1000;
  ReceiverFixture receiver(options);
  V1Request large;
  for (int i = 0; i < 100; ++i) large.series(kA).sample(kNow, 1);
  EXPECT_EQ(text_of(receiver.post(large)), "400 s2: decoded block is too large");
  EXPECT_EQ(receiver.stored(), "");
}

TEST(Receiver, PartsThatAreLargerThanTheirCodeHaveALimit) {
  ReceiverFixture receiver;
  std::string histograms;
  for (int i = 0; i < 2'000'000; ++i) histograms += std::string("\x22\x00", 2);
  std::string body = "\x0a";
  for (size_t length = histograms.size(); length > 0; length >>= 7) {
    body += static_cast<char>((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
  }
  body += histograms;
  std::string packed;
  snappy::Compress(body.data(), body.size(), &packed);
  EXPECT_EQ(text_of(receiver.post(packed, kV1)), "400 request has too many parts for its size");
}

TEST(Receiver, SamplesComeBackBitForBit) {
  for (const bool v2 : {false, true}) {
    ReceiverFixture receiver;
    const double odd = std::bit_cast<double>(uint64_t{0x7ff8dead00000001});
    const std::vector<std::pair<Timestamp, double>> samples = {
        {kNow - 3000, 0.1}, {kNow - 2000, odd}, {kNow - 1000, -0.0}, {kNow, kStaleMarker}};
    V1Request one;
    V2Request two;
    one.series(kA), two.series(kA);
    for (const auto& [t, value] : samples) one.sample(t, value), two.sample(t, value);
    EXPECT_EQ(v2 ? receiver.post(two).status : receiver.post(one).status, 204);
    const std::string expected =
        std::string(kDump) +
        " 1699999997000:3fb999999999999a 1699999998000:7ff8dead00000001 1699999999000:8000000000000000 "
        "1700000000000:7ff0000000000002\n";
    EXPECT_EQ(receiver.stored(), expected);
    receiver.reopen();
    EXPECT_EQ(receiver.stored(), expected);
  }
}

struct LabelCase {
  Pairs labels;
  std::string text;
};
const LabelCase kBadLabels[] = {
    {{{"a", "b"}}, "invalid metric name or labels, got {a=\"b\"}"},
    {{}, "invalid metric name or labels, got {}"},
    {{{"__name__", ""}, {"a", "b"}}, "invalid metric name or labels, got {__name__=\"\", a=\"b\"}"},
    {{{"__name__", "m"}, {"", "b"}}, "invalid metric name or labels, got {\"\"=\"b\", __name__=\"m\"}"},
    {{{"__name__", "m"}, {"a", "\xff"}}, "invalid metric name or labels, got {__name__=\"m\", a=\"\\xff\"}"},
    {{{"__name__", "m"}, {"x", "1"}, {"b", "2"}, {"x", "3"}},
     "invalid labels for series, labels {__name__=\"m\", b=\"2\", x=\"1\", x=\"3\"}, duplicated label x"},
};

TEST(Receiver, SeriesWithInvalidLabelsAreLeftOut) {
  for (const LabelCase& c : kBadLabels) {
    ReceiverFixture one;
    V1Request v1 = V1Request().series(c.labels).sample(kNow, 1).sample(kNow + 1, 1).series(kA).sample(kNow, 2);
    EXPECT_EQ(text_of(one.post(v1)), "204") << c.text;
    EXPECT_EQ(one.stored(), std::string(kDump) + " 1700000000000:2\n");
    EXPECT_EQ(one.receiver().stats().invalid_label_samples, 2u);
    ReceiverFixture two;
    V2Request v2 = V2Request().series(c.labels).sample(kNow, 1).series(kA).sample(kNow, 2);
    EXPECT_EQ(text_of(two.post(v2)), "400 1/0/0 " + c.text);
    EXPECT_EQ(two.stored(), std::string(kDump) + " 1700000000000:2\n");
  }
}

TEST(Receiver, OrderAndEmptyValuesOfLabelsMeanNothing) {
  ReceiverFixture receiver;
  EXPECT_EQ(receiver.post(V1Request().series({{"b", "2"}, {"__name__", "m"}, {"a", "1"}}).sample(kNow, 1)).status, 204);
  EXPECT_EQ(
      receiver.post(V1Request().series({{"__name__", "m"}, {"a", "1"}, {"b", "2"}, {"c", ""}}).sample(kNow + 1, 2))
          .status,
      204);
  EXPECT_EQ(receiver.stored(), "m{a=\"1\", b=\"2\"} 1700000000000:1 1700000000001:2\n");
}

// What is refused beside a sample of kA at kNow with the value 1, and the text of 1.0.
struct RefusedCase {
  Timestamp timestamp;
  double value;
  std::string text;
};
const RefusedCase kRefused[] = {
    {kNow - 1, 2, "out of order sample"},
    {kNow, 2, "duplicate sample for timestamp 1700000000000; overrides not allowed: existing 1, new value 2"},
    {kNow - 3'600'001, 2, "out of bounds"},
    {kNow + 600'001, 2, "out of bounds: timestamp is too far in the future"},
};

TEST(Receiver, V1IsRolledBackIfASampleIsRefused) {
  for (const RefusedCase& c : kRefused) {
    ReceiverFixture receiver;
    ASSERT_EQ(receiver.post(good_v1()).status, 204);
    const std::string before = receiver.stored();
    V1Request request;
    request.series({{"__name__", "first"}}).sample(kNow, 1);
    request.series({{"__name__", "other"}, {"job", "j"}}).sample(kNow, 1);
    request.series(kA).sample(c.timestamp, c.value);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(text_of(receiver.post(request)), "400 " + c.text);
      EXPECT_EQ(receiver.stored(), before);
      EXPECT_EQ(receiver.store()->stats().series, 1u);
    }
    EXPECT_EQ(receiver.receiver().stats().rolled_back_requests, 2u);
    EXPECT_EQ(receiver.receiver().stats().samples, 1u);
    receiver.reopen();
    EXPECT_EQ(receiver.stored(), before);
    EXPECT_EQ(receiver.post(V1Request().series({{"__name__", "first"}}).sample(kNow, 1)).status, 204);
  }
}

TEST(Receiver, V2LeavesOutWhatIsRefused) {
  for (const RefusedCase& c : kRefused) {
    ReceiverFixture receiver;
    ASSERT_EQ(receiver.post(good_v2()).status, 204);
    V2Request request;
    request.series(kA).sample(c.timestamp, c.value).sample(kNow + 1, 3);
    request.series({{"__name__", "n"}}).sample(kNow, 1);
    EXPECT_EQ(text_of(receiver.post(request)), "400 2/0/0 " + c.text + " for series {__name__=\"m\", a=\"b\"}");
    EXPECT_EQ(receiver.stored(), std::string(kDump) + " 1700000000000:1 1700000000001:3\nn 1700000000000:1\n");
  }
}

TEST(Receiver, LinesAreInTheOrderOfTheRequest) {
  ReceiverFixture receiver;
  V2Request good;
  for (const char* job : {"z", "y", "x"}) good.series({{"__name__", "m"}, {"job", job}}).sample(kNow, 1);
  ASSERT_EQ(receiver.post(good).status, 204);
  V2Request request;
  request.series({{"__name__", "m"}, {"job", "y"}}).sample(kNow, 5);
  request.series({{"a", "b"}}).sample(kNow, 5);
  request.series({{"__name__", "m"}, {"job", "z"}}).sample(kNow - 1, 5).sample(kNow - 2, 5);
  request.series({{"__name__", "m"}, {"job", "y"}, {"n", "1"}}).sample(kNow + 3'600'000, 5);
  request.series({{"__name__", "m"}, {"job", "x"}}).sample(kNow, 5);
  const std::string duplicate =
      "duplicate sample for timestamp 1700000000000; overrides not allowed: existing 1, new value 5 for series ";
  EXPECT_EQ(text_of(receiver.post(request)),
            "400 0/0/0 " + duplicate +
                "{__name__=\"m\", job=\"y\"}\n"
                "invalid metric name or labels, got {a=\"b\"}\n"
                "out of order sample for series {__name__=\"m\", job=\"z\"}\n"
                "out of order sample for series {__name__=\"m\", job=\"z\"}\n"
                "out of bounds: timestamp is too far in the future for series {__name__=\"m\", job=\"y\", n=\"1\"}\n" +
                duplicate + "{__name__=\"m\", job=\"x\"}");
}

TEST(Receiver, TheSameSampleAgainIsAccepted) {
  ReceiverFixture receiver;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(text_of(receiver.post(good_v1())), "204");
    EXPECT_EQ(text_of(receiver.post(good_v2())), "204 1/0/0");
  }
  EXPECT_EQ(receiver.stored(), std::string(kDump) + " 1700000000000:1\n");
}

TEST(Receiver, SeriesWithoutSamples) {
  ReceiverFixture receiver;
  EXPECT_EQ(text_of(receiver.post(V1Request().series(kA))), "204");
  EXPECT_EQ(text_of(receiver.post(V2Request().series(kA))),
            "400 0/0/0 TimeSeries must contain at least one sample or histogram for series {__name__=\"m\", a=\"b\"}");
  EXPECT_EQ(text_of(receiver.post(V1Request())), "204");
  EXPECT_EQ(text_of(receiver.post(V2Request())), "204 0/0/0");
  EXPECT_EQ(receiver.store()->stats().series, 0u);
}

TEST(Receiver, HistogramsAreCheckedAndStored) {
  const std::string text =
      "3 observations found in buckets, but the Count field is 5: histogram's observation count should equal the "
      "number "
      "of observations found in the buckets (in absence of NaN)";
  v1::Histogram bad = histogram(kNow);
  bad.set_count_int(5);
  ReceiverFixture one;
  EXPECT_EQ(text_of(one.post(V1Request().series(kA).sample(kNow - 1, 1).series(kA).histogram(bad))), "400 " + text);
  EXPECT_EQ(one.stored(), "");
  EXPECT_EQ(one.receiver().stats().known_series, 0u);
  ReceiverFixture two;
  V2Request request;
  request.series(kA).histogram(bad).histogram(histogram(kNow + 1));
  EXPECT_EQ(text_of(two.post(request)), "400 0/1/0 " + text + " for series {__name__=\"m\", a=\"b\"}");
  const std::string stored =
      "{integer schema=0 hint=0 zero=1@3f50624dd2f1a9fc count=3 sum=4012000000000000 +[0:1|2] -[|] bounds=[]}";
  EXPECT_EQ(two.stored(), std::string(kDump) + " 1700000000001:" + stored + "\n");
  EXPECT_EQ(
      text_of(two.post(V2Request().series(kA).sample(kNow + 1, 2))),
      "400 0/0/0 duplicate sample for timestamp 1700000000001; overrides not allowed: existing is a histogram, new "
      "value 2 for series {__name__=\"m\", a=\"b\"}");
  EXPECT_EQ(text_of(two.post(V2Request().series(kA).histogram(histogram(kNow + 1, 4)))),
            "400 0/0/0 duplicate sample for timestamp for series {__name__=\"m\", a=\"b\"}");
}

TEST(Receiver, KindsOfHistograms) {
  v1::Histogram custom;
  custom.set_schema(-53);
  custom.set_count_int(3);
  custom.add_custom_values(0.5);
  custom.add_positive_spans()->set_length(2);
  custom.add_positive_deltas(1);
  custom.add_positive_deltas(1);
  custom.set_timestamp(kNow);
  v1::Histogram floats;
  floats.set_count_float(1.5);
  floats.set_zero_count_float(0.5);
  floats.add_negative_spans()->set_length(1);
  floats.add_negative_counts(1);
  floats.set_reset_hint(3);
  floats.set_timestamp(kNow);
  v1::Histogram fine = histogram(kNow);
  fine.set_schema(9);
  v1::Histogram stale;
  stale.set_sum(kStaleMarker);
  stale.set_timestamp(kNow);
  v1::Histogram spans = histogram(kNow);
  spans.mutable_positive_spans(0)->set_length(2);
  struct Case {
    v1::Histogram histogram;
    std::string answer;
    std::string part;  // of what is stored
  };
  const Case cases[] = {
      {custom, "204", "schema=-53"},
      {floats, "204", "hint=3"},
      {stale, "204", "sum=7ff0000000000002"},
      {fine,
       "400 histogram has an invalid schema, which must be between -4 and 8 for exponential buckets, or -53 for custom "
       "buckets, got schema 9",
       ""},
      {spans,
       "400 positive side: spans need 2 buckets, have 1 buckets: histogram spans specify different number of buckets "
       "than provided",
       ""},
  };
  for (const Case& c : cases) {
    ReceiverFixture receiver;
    EXPECT_EQ(text_of(receiver.post(V1Request().series(kA).histogram(c.histogram))), c.answer);
    EXPECT_NE(receiver.stored().find(c.part), std::string::npos) << c.part << " in " << receiver.stored();
  }
}

TEST(Receiver, BadReferencesConcernTheirSeriesAlone) {
  struct Case {
    std::vector<uint32_t> refs;
    std::string text;
  };
  const Case cases[] = {
      {{1, 2, 3}, "parsing labels for series [1 2 3]: invalid labelRefs length 3"},
      {{1, 99},
       "parsing labels for series [1 99]: labelRefs 0 (name) = 1 or labelRefs 1 (value) = 99 outside of symbols table "
       "(size 5)"},
  };
  for (const Case& c : cases) {
    ReceiverFixture receiver;
    V2Request request = V2Request().series(kA).sample(kNow, 1);
    request.refs(c.refs).sample(kNow, 1);
    EXPECT_EQ(text_of(receiver.post(request)), "400 1/0/0 " + c.text);
    EXPECT_EQ(receiver.receiver().stats().invalid_label_samples, 1u);
    EXPECT_EQ(receiver.stored(), std::string(kDump) + " 1700000000000:1\n");
  }
}

TEST(Receiver, BadReferencesOfMetadata) {
  for (const bool unit : {false, true}) {
    ReceiverFixture receiver;
    V2Request request = V2Request().series(kA).sample(kNow, 1).metadata(1, unit ? 99 : 0, unit ? 0 : 98);
    request.series({{"__name__", "n"}}).sample(kNow, 1);
    EXPECT_EQ(text_of(receiver.post(request)), std::string("400 1/0/0 parsing metadata for series [1 2 3 4]: ") +
                                                   (unit ? "unitRef 99" : "helpRef 98") +
                                                   " outside of symbols table (size 6)");
  }
}

TEST(Receiver, Exemplars) {
  ReceiverOptions options;
  options.exemplars = true;
  ReceiverFixture two(options);
  V2Request request;
  const uint32_t id = request.ref("id");
  const uint32_t x = request.ref("x");
  const uint32_t length = request.ref(std::string(127, 'x'));
  request.series(kA)
      .sample(kNow, 1)
      .exemplar({id, x}, kNow, 5)
      .exemplar({id, 99}, kNow, 6)
      .exemplar({id, length}, kNow, 7);
  EXPECT_EQ(text_of(two.post(request)),
            "400 1/0/1 parsing exemplar for series {__name__=\"m\", a=\"b\"}: labelRefs 0 (name) = 1 or labelRefs 1 "
            "(value) = 99 outside of symbols table (size 8)");
  const std::string kept = two.exemplars();
  EXPECT_NE(kept.find("1700000000000"), std::string::npos) << kept;
  V2Request older;
  older.series(kA).sample(kNow + 1, 1).exemplar({older.ref("id"), older.ref("x")}, kNow - 1, 5);
  EXPECT_EQ(text_of(two.post(older)), "400 1/0/0 out of order exemplar for series {__name__=\"m\", a=\"b\"}");
  EXPECT_EQ(two.exemplars(), kept);
}

TEST(Receiver, ExemplarsOfV1) {
  ReceiverOptions options;
  options.exemplars = true;
  ReceiverFixture one(options);
  V1Request request = V1Request().series(kA).sample(kNow, 1);
  request.series(kA).exemplar({{"id", "x"}}, kNow, 5);  // as senders do: in a series of its own
  EXPECT_EQ(text_of(one.post(request)), "204");
  const std::string kept = one.exemplars();
  EXPECT_NE(kept, "");
  EXPECT_EQ(text_of(one.post(V1Request().series(kA).sample(kNow + 1, 1).exemplar({{"id", "y"}}, kNow - 1, 5))), "204");
  EXPECT_EQ(one.exemplars(), kept);
  EXPECT_EQ(one.stored(), std::string(kDump) + " 1700000000000:1 1700000000001:1\n");
  ReceiverFixture without;
  EXPECT_EQ(text_of(without.post(request)), "204");
  EXPECT_EQ(without.exemplars(), "");
}

TEST(Receiver, StartsAndTypesAreKeptIfTheyAreWanted) {
  v1::Histogram h = histogram(kNow + 2);
  h.set_start_timestamp(kNow - 3);
  V2Request request;
  request.series(kA).sample(kNow, 1, kNow - 1000).sample(kNow + 1, 2, kNow - 500).histogram(h);
  request.metadata(1, request.ref("seconds"));
  ReceiverFixture plain;
  EXPECT_EQ(text_of(plain.post(request)), "204 2/1/0");
  EXPECT_EQ(plain.stored().substr(0, 47), std::string(kDump) + " 1700000000000:1 1700000000001:2 170000");
  ReceiverOptions options;
  options.start_timestamps = options.type_and_unit_labels = true;
  ReceiverFixture all(options);
  EXPECT_EQ(text_of(all.post(request)), "204 2/1/0");
  const std::string stored = all.stored();
  EXPECT_TRUE(
      stored.starts_with("m{__type__=\"counter\", __unit__=\"seconds\", a=\"b\"} 1699999999000>1700000000000:1 "
                         "1699999999500>1700000000001:2 1699999999997>1700000000002:{"))
      << stored;
}

TEST(Receiver, MetadataIsAccepted) {
  ReceiverFixture receiver;
  V1Request request = good_v1();
  v1::MetricMetadata& metadata = *request.message().add_metadata();
  metadata.set_metric_family_name("m");
  metadata.set_help("help");
  EXPECT_EQ(text_of(receiver.post(request)), "204");
}

TEST(Receiver, AFailingStoreIsA500) {
  ReceiverFixture receiver;
  ASSERT_EQ(receiver.post(good_v1()).status, 204);
  receiver.store()->close();
  EXPECT_EQ(text_of(receiver.post(V1Request().series(kA).sample(kNow + 1, 1))), "500 the store is closed");
  EXPECT_EQ(text_of(receiver.post(V2Request().series(kA).sample(kNow + 1, 1))), "500 the store is closed");
  EXPECT_EQ(receiver.receiver().stats().failed_requests, 2u);
}

}  // namespace
}  // namespace narthex::remote

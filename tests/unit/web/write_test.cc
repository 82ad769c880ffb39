// /api/v1/write as an endpoint: when it is there, and how the receiver's answers become HTTP's.
#include <gmock/gmock.h>

#include "tests/unit/web/app_fixture.h"

namespace narthex::web {
namespace {

using ::testing::HasSubstr;

// Answers what it is told to.
class FakeReceiver final : public remote::Receiver {
 public:
  remote::WriteAnswer write(const remote::WriteCall& call) override {
    asked = std::string(call.content_type) + "|" + std::string(call.content_encoding) + "|" + std::string(call.body);
    return answer;
  }
  remote::ReceiverStats stats() const override { return {}; }

  remote::WriteAnswer answer;
  std::string asked;
};

net::ServerRequest write_request(const std::string& method = "POST") {
  net::ServerRequest request;
  request.method = method;
  request.path = "/api/v1/write";
  request.headers = {{"content-type", "application/x-protobuf"}, {"content-encoding", "snappy"}};
  request.body = "body";
  return request;
}

class WriteTest : public AppTest {
 protected:
  net::ServerResponse write(remote::WriteAnswer answer) {
    receiver_.answer = std::move(answer);
    Sources with = sources();
    with.receiver = &receiver_;
    app_.ready(std::move(with));
    return app_.handle(write_request());
  }

  FakeReceiver receiver_;
};

TEST_F(WriteTest, WithoutTheFlagThereIsNoReceiver) {
  const net::ServerResponse response = app_.handle(write_request());
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "remote write receiver needs to be enabled with --web.enable-remote-write-receiver\n");
  EXPECT_THAT(text_of(send("GET", "/api/v1/features")), HasSubstr("\"remote_write_receiver\":false"));
}

TEST_F(WriteTest, TheReceiverGetsHeadersAndBody) {
  const net::ServerResponse response = write({});
  EXPECT_EQ(receiver_.asked, "application/x-protobuf|snappy|body");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(header(response, "X-Prometheus-Remote-Write-Samples-Written"), "");
  EXPECT_THAT(text_of(send("GET", "/api/v1/features")), HasSubstr("\"remote_write_receiver\":true"));
}

TEST_F(WriteTest, TextsEndInANewlineAndCountsAreHeaders) {
  const net::ServerResponse response = write({.status = 400, .text = "a\nb", .written = remote::Written{1, 2, 3}});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "a\nb\n");
  EXPECT_EQ(header(response, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(header(response, "X-Prometheus-Remote-Write-Samples-Written"), "1");
  EXPECT_EQ(header(response, "X-Prometheus-Remote-Write-Histograms-Written"), "2");
  EXPECT_EQ(header(response, "X-Prometheus-Remote-Write-Exemplars-Written"), "3");
}

TEST_F(WriteTest, OtherMethodsAreNotAllowed) {
  write({});
  EXPECT_EQ(app_.handle(write_request("GET")).status, 405);
  EXPECT_EQ(app_.handle(write_request("OPTIONS")).status, 204);
}

TEST_F(WriteTest, IsToldFromQueries) {
  EXPECT_TRUE(app_.is_write(write_request()));
  EXPECT_FALSE(app_.is_query(write_request()));
  net::ServerRequest query = write_request();
  query.path = "/api/v1/query";
  EXPECT_FALSE(app_.is_write(query));
}

TEST_F(WriteTest, BeforeTheServerIsReadyItIsUnavailable) {
  App app(settings());
  EXPECT_EQ(app.handle(write_request()).status, 503);
}

}  // namespace
}  // namespace narthex::web

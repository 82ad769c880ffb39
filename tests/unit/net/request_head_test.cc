#include "net/detail/request_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace narthex::net {
namespace {

// A file that goes with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    char name[] = "/tmp/narthex-net-XXXXXX";
    ::close(::mkstemp(name));
    path_ = name;
    write(content);
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  void write(const std::string& content) { std::ofstream(path_) << content; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string text_of(const Result<HeaderList>& headers) {
  if (!headers) return headers.error().message;
  std::string out;
  for (const auto& [name, value] : *headers) out += name + ": " + value + "\n";
  return out;
}

std::string head(const std::string& url, const HeaderList& headers, const HeaderList& configured = {}) {
  const Url parsed = *parse_url(url);
  const RequestHead out{.method = "GET",
                        .url = parsed,
                        .user_agent = "agent",
                        .headers = headers,
                        .configured = configured,
                        .referer = ""};
  const auto text = out.str();
  return text ? *text : text.error().message;
}

TEST(RequestHead, IsWhatGoesOverTheWire) {
  EXPECT_EQ(head("http://h:1/m?a=b", {{"Accept", "x"}, {"X-Y", "z"}}, {{"X-Y", "second"}}),
            "GET /m?a=b HTTP/1.1\r\nHost: h:1\r\nUser-Agent: agent\r\nAccept: x\r\nX-Y: z\r\nX-Y: second\r\n"
            "Accept-Encoding: gzip\r\n\r\n");
}

TEST(RequestHead, HostHasNeitherZoneNorLonelyColon) {
  EXPECT_NE(head("http://[fe80::1%25eth0]:1/", {}).find("Host: [fe80::1]:1\r\n"), std::string::npos);
  EXPECT_NE(head("http://h:/", {}).find("Host: h\r\n"), std::string::npos);
}

TEST(RequestHead, TheCallersHeadersReplaceOurs) {
  const std::string text = head("http://u:p@h/", {{"host", "other"}, {"user-agent", "me"}, {"authorization", "mine"}},
                                {{"Authorization", "configured"}});
  EXPECT_EQ(text.find("Host: h"), std::string::npos);
  EXPECT_EQ(text.find("agent\r\nauth"), std::string::npos);
  EXPECT_EQ(text.find("Basic"), std::string::npos);
  EXPECT_EQ(text.find("configured"), std::string::npos);
}

TEST(RequestHead, AuthorizesWithTheUserOfTheUrl) {
  EXPECT_NE(head("http://u:p%40@h/", {}, {{"Authorization", "configured"}}).find("Authorization: Basic dTpwQA==\r\n"),
            std::string::npos);
}

TEST(RequestHead, RefusesHeadersThatWouldBreakOut) {
  EXPECT_EQ(head("http://h/", {{"X", "a\r\nEvil: 1"}}), "net/http: invalid header field value for \"X\"");
  EXPECT_EQ(head("http://h/", {{"X Y", "a"}}), "net/http: invalid header field name \"X Y\"");
  EXPECT_EQ(head("http://h/", {{"", "a"}}), "net/http: invalid header field name \"\"");
  EXPECT_EQ(head("http://h/", {}, {{"X", std::string("a\0b", 3)}}), "net/http: invalid header field value for \"X\"");
}

TEST(Credentials, AreReadAnewFromTheirFiles) {
  TemporaryFile file(" secret \n");
  HttpClientOptions options;
  options.authorization = Authorization{"Bearer", {"", file.path()}};
  EXPECT_EQ(text_of(configured_headers(options, false)), "Authorization: Bearer secret\n");
  file.write("rotated");
  EXPECT_EQ(text_of(configured_headers(options, false)), "Authorization: Bearer rotated\n");
}

TEST(Credentials, BasicTakesValuesOrFiles) {
  const TemporaryFile user("me\n");
  const TemporaryFile password("\tpass word\n");
  HttpClientOptions options;
  options.basic_auth = BasicAuth{"", user.path(), {"", password.path()}};
  EXPECT_EQ(text_of(configured_headers(options, false)), "Authorization: Basic bWU6cGFzcyB3b3Jk\n");
  options.basic_auth = BasicAuth{"a", "", {"b", ""}};
  EXPECT_EQ(text_of(configured_headers(options, false)), "Authorization: Basic YTpi\n");
  options.basic_auth = BasicAuth{"a", "", {}};
  EXPECT_EQ(text_of(configured_headers(options, false)), "Authorization: Basic YTo=\n");
}

TEST(Credentials, UnreadableFilesAreNamed) {
  const std::string missing = "/nonexistent/x";
  const std::string why = "unable to read file /nonexistent/x: open /nonexistent/x: no such file or directory";
  HttpClientOptions options;
  options.authorization = Authorization{"Bearer", {"", missing}};
  EXPECT_EQ(text_of(configured_headers(options, false)), "unable to read authorization credentials: " + why);
  options = {};
  options.basic_auth = BasicAuth{"", missing, {}};
  EXPECT_EQ(text_of(configured_headers(options, false)), "unable to read basic auth username: " + why);
  options.basic_auth = BasicAuth{"u", "", {"", missing}};
  EXPECT_EQ(text_of(configured_headers(options, false)), "unable to read basic auth password: " + why);
  options = {};
  options.headers["X"].files = {missing};
  EXPECT_EQ(text_of(configured_headers(options, false)), "unable to read headers file /nonexistent/x: " + why);
}

TEST(Credentials, HeadersComeByNameThenValuesSecretsFiles) {
  const TemporaryFile file(" from-file\n");
  HttpClientOptions options;
  options.headers["X-B"] = HeaderOptions{{"v1", "v2"}, {"s"}, {file.path()}};
  options.headers["X-A"] = HeaderOptions{{"a"}, {}, {}};
  EXPECT_EQ(text_of(configured_headers(options, false)), "X-A: a\nX-B: v1\nX-B: v2\nX-B: s\nX-B: from-file\n");
}

TEST(Credentials, AreWithheldFromOtherHosts) {
  HttpClientOptions options;
  options.authorization = Authorization{"Bearer", {"s", ""}};
  options.headers["Cookie"].values = {"c"};
  options.headers["cookie2"].secrets = {"c"};
  options.headers["X-Kept"].secrets = {"k"};
  EXPECT_EQ(text_of(configured_headers(options, true)), "X-Kept: k\n");
}

TEST(RequestHead, KnowsItsSecrets) {
  HttpClientOptions options;
  options.headers["X-Plain"].values = {"seen"};
  options.headers["X-Key"] = {{"value"}, {"key"}, {}};
  options.headers["X-File"].files = {"some file"};
  const std::string head =
      "GET http://h/a:%20b HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer a b\r\nX-Plain: seen\r\nX-Key: value\r\nx-key: "
      "key\r\n"
      "X-File: read\r\nCookie: a=b c\r\nProxy-Authorization: Basic YTpi\r\nX-Empty: \r\n\r\n";
  EXPECT_THAT(secrets_in(head, options), testing::ElementsAre("a b", "value", "key", "read", "a=b c", "YTpi"));
  EXPECT_THAT(secrets_in("GET / HTTP/1.1\r\nAuthorization: token\r\n\r\n", {}), testing::ElementsAre("token"));
  EXPECT_THAT(secrets_in("", options), testing::IsEmpty());
}

}  // namespace
}  // namespace narthex::net

// /api/v1/notifications and /notifications/live: HTTP API spec, section 6.
#include "web/notifications.h"

#include "web/api/endpoints.h"
#include "web/api/json.h"

namespace narthex::web {
namespace {

void append_notification(std::string& out, const Notification& notification) {
  std::string date;
  append_rfc3339(date, notification.since_ns);
  JsonWriter(out)
      .open('{')
      .key("text")
      .text(notification.text)
      .key("date")
      .text(date)
      .key("active")
      .boolean(notification.active)
      .close('}');
}

}  // namespace

Answer notifications(const Call& call) {
  ApiData answer;
  answer.data = "[";
  for (const Notification& one : call.settings.notifications->active()) append_notification(answer.data, one);
  answer.data += ']';
  return answer;
}

Answer notifications_live(const Call& call) {
  ApiData answer;
  answer.other.emplace();
  auto subscription = call.settings.notifications->subscribe();
  if (!subscription) {
    answer.other->status = 204;
    return answer;
  }
  answer.other->headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-cache"}};
  answer.other->compressible = false;
  answer.other->feed = [subscription = std::move(subscription)](std::string& piece) {
    for (const Notification& one : subscription->take()) {
      std::string json;
      append_notification(json, one);
      piece.append("data: ").append(json).append("\n\n");
    }
    return true;
  };
  return answer;
}

}  // namespace narthex::web

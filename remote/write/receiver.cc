#include "remote/receiver.h"

#include <atomic>
#include <mutex>
#include <random>

#include "remote/write/batch.h"
#include "remote/write/content.h"

namespace narthex::remote {
namespace {

// What a request needs while it is decoded; the memory is used again.
struct Workspace {
  std::string body;
  WriteRequest request;
};

// Thread-safe.
class Workspaces {
 public:
  std::unique_ptr<Workspace> take() {
    std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<Workspace>();
    auto workspace = std::move(free_.back());
    free_.pop_back();
    return workspace;
  }
  void give(std::unique_ptr<Workspace> workspace) {
    std::lock_guard lock(mutex_);
    const bool small = workspace->body.capacity() <= kKeptBytes && workspace->request.bytes() <= kKeptBytes;
    if (free_.size() < kKept && small) free_.push_back(std::move(workspace));
  }

 private:
  static constexpr size_t kKept = 4;                     // requests decoded at once, on the machines we think of
  static constexpr size_t kKeptBytes = 2 * 1024 * 1024;  // ten thousand samples with their labels take less
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> free_;
};

WriteAnswer answer(int status, const Error& error) {
  return {.status = status, .text = error.message, .written = std::nullopt};
}

uint64_t random_seed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

class ReceiverImpl final : public Receiver {
 public:
  ReceiverImpl(storage::Store& store, const Clock& clock, Log& log, const ReceiverOptions& options)
      : store_(store), clock_(clock), log_(log), options_(options), secret_(random_seed()), cache_(store, options_) {}

  WriteAnswer write(const WriteCall& call) override {
    ++stats_.requests;
    if (auto known = check_encoding(call.content_encoding); !known) return answer(415, known.error());
    auto workspace = workspaces_.take();
    WriteAnswer out = write(call, *workspace);
    workspaces_.give(std::move(workspace));
    return out;
  }

  ReceiverStats stats() const override {
    ReceiverStats out;
    out.requests = stats_.requests;
    out.samples = stats_.samples;
    out.histograms = stats_.histograms;
    out.exemplars = stats_.exemplars;
    out.invalid_label_samples = stats_.invalid_label_samples;
    out.refused_samples = stats_.refused_samples;
    out.rolled_back_requests = stats_.rolled_back;
    out.failed_requests = stats_.failed;
    out.known_series = stats_.known_series;
    out.known_targets = stats_.known_targets;
    return out;
  }

 private:
  WriteAnswer write(const WriteCall& call, Workspace& workspace) {
    if (auto done = decompress(call.body, options_.max_decoded_bytes, workspace.body); !done) {
      return answer(400, done.error());
    }
    const auto version = message_of(call.content_type);
    if (!version) return answer(415, version.error());
    if (auto accepted = check_accepted(*version, options_); !accepted) return answer(415, accepted.error());
    workspace.request.version = *version;
    workspace.request.type_and_unit_labels = options_.type_and_unit_labels;
    if (auto decoded = decode(workspace.body, secret_, workspace.request); !decoded) {
      return answer(400, decoded.error());
    }
    return store(workspace.request);
  }

  WriteAnswer store(WriteRequest& request) {
    BatchResult result;
    {
      std::lock_guard lock(mutex_);
      result = Batch(cache_, store_, options_, request).write(clock_.steady_ns() / 1'000'000, clock_.now_ms());
      stats_.known_series = cache_.series();
      stats_.known_targets = cache_.targets();
    }
    count(result);
    tell(result);
    return std::move(result.answer);
  }

  void count(const BatchResult& result) {
    stats_.samples += result.written.samples;
    stats_.histograms += result.written.histograms;
    stats_.exemplars += result.written.exemplars;
    stats_.invalid_label_samples += result.invalid_label_samples;
    stats_.refused_samples += result.refused_samples;
    stats_.rolled_back += result.rolled_back;
    stats_.failed += result.failed;
  }

  // Of what the sender is not told, or may not tell anybody.
  void tell(const BatchResult& result) {
    if (result.failed) log_.error("Remote write failed", {{"err", result.answer.text}});
    if (result.answer.status == 400) log_.debug("Remote write was refused", {{"err", result.answer.text}});
    if (result.invalid_label_samples > 0) {
      log_.warn("Remote write: samples with invalid labels were left out",
                {{"num_dropped", std::to_string(result.invalid_label_samples)}});
    }
    if (result.refused_exemplars > 0) {
      log_.warn("Remote write: exemplars were refused", {{"num_dropped", std::to_string(result.refused_exemplars)}});
    }
  }

  struct Counters {
    std::atomic<uint64_t> requests{0};
    std::atomic<uint64_t> samples{0};
    std::atomic<uint64_t> histograms{0};
    std::atomic<uint64_t> exemplars{0};
    std::atomic<uint64_t> invalid_label_samples{0};
    std::atomic<uint64_t> refused_samples{0};
    std::atomic<uint64_t> rolled_back{0};
    std::atomic<uint64_t> failed{0};
    std::atomic<uint64_t> known_series{0};
    std::atomic<uint64_t> known_targets{0};
  };

  storage::Store& store_;
  const Clock& clock_;
  Log& log_;
  const ReceiverOptions options_;
  const KeySecret secret_;
  Workspaces workspaces_;
  Counters stats_;

  std::mutex mutex_;  // held from the first look at the cache until the commit is done
  SeriesCache cache_;
};

}  // namespace

std::unique_ptr<Receiver> Receiver::create(storage::Store& store, const Clock& clock, Log& log,
                                           const ReceiverOptions& options) {
  return std::make_unique<ReceiverImpl>(store, clock, log, options);
}

}  // namespace narthex::remote

// The life of one target: wait, fetch, read, commit, and so on; at the end its stale markers.
//
//   waiting ──tick──► fetching ──► reading (in steps) ──► committing ──► waiting
//      └─ end() ──► two silent ticks and a tenth ──► markers ──► gone          (scrape spec, section 9)
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/http_client.h"
#include "net/reactor.h"
#include "scrape/history.h"
#include "scrape/loop/attempt.h"
#include "scrape/loop/series_state.h"
#include "scrape/loop/shard.h"
#include "scrape/loop/status_board.h"
#include "scrape/schedule.h"
#include "scrape/target.h"

namespace narthex::scrape {

// The first group may be called by any thread, all else runs on the shard's.
class TargetLoop : public std::enable_shared_from_this<TargetLoop> {
 public:
  // `shard` must outlive the loop's end and is not used afterwards.
  TargetLoop(Shard& shard, std::shared_ptr<JobRuntime> job, Target target, uint64_t seed);

  void start();
  // From the next scrape on under this section.
  void reconfigure(std::shared_ptr<JobRuntime> job);
  // No further scrape; one under way is finished. With markers: its series are marked stale as for a target that goes
  // while its job stays; without: they just end. The second may follow the first.
  void end(bool with_markers);
  // All but job and discovered labels.
  TargetStatus status() const;
  // All but job.
  TargetHistory history(size_t attempts) const;
  uint64_t hash() const { return hash_; }
  const Labels& public_labels() const { return public_labels_; }
  const std::string& url() const { return url_; }
  std::shared_ptr<const MetadataTable> metadata() const { return board_.metadata(); }

  // For the shard when it stops.
  void cancel_timer() { timer_.cancel(); }
  void release();

 private:
  enum class State { kRunning, kEnding, kMarking, kEnded };
  using Step = void (TargetLoop::*)();

  void wait(int64_t delay_ns, Step next);
  void plan_tick();
  void wait_for_tick(Step next);
  void begin();
  void apply_pending_job();
  void forget_lines();

  // A scrape, in this order.
  void tick();
  void fetch();
  void on_outcome(net::Outcome outcome);
  void on_response(net::Response& response);
  void read();
  void on_read();
  void succeed();
  void fail_request(FailureClass failure, std::optional<Phase> failed_in, Error error);
  // `offset`: of the body, where the error is.
  void fail(FailureClass failure, std::optional<Phase> failed_in, Error error,
            std::optional<size_t> offset = std::nullopt);
  void commit(bool up);
  void hand_over();
  void on_committed(const storage::CommitResult& result);
  void on_too_old(const Error& error);
  void remember(const storage::CommitResult& result);
  void end_attempt();

  // What is told about it.
  void note_phases(const net::Phases& phases);
  void keep_body(std::optional<size_t> offset);
  Report make_report(bool up) const;
  void count(const storage::CommitResult& result) const;
  void warn_of_refused(const storage::CommitResult& result) const;
  void publish(const storage::CommitResult& result);

  // The end of a target.
  void begin_end();
  void first_silent_tick();
  void second_silent_tick();
  void write_end_markers();
  void ended();

  const World& world() const { return shard_.world(); }
  const JobOptions& options() const { return job_->runtime->options(); }

  // Fixed.
  Shard& shard_;
  const Labels public_labels_;
  const std::string url_;
  const std::string unix_socket_;
  const Duration interval_;
  const Duration timeout_;
  const std::string interval_text_;
  const std::string timeout_text_;
  const HistogramSettings histograms_;
  const uint64_t hash_;
  const uint64_t seed_;

  // Shard thread only.
  State state_ = State::kRunning;
  bool end_with_markers_ = false;
  std::shared_ptr<JobRuntime> pending_job_;  // what the next scrape begins with, if not null
  std::shared_ptr<JobOnShard> job_;
  Schedule schedule_;
  int64_t next_tick_steady_ = 0;  // the tick that is waited for
  int64_t stale_time_ns_ = 0;     // of the markers at the end
  uint64_t refusal_epoch_ = 0;    // of the series that lines_ knows as refused
  SeriesState series_;
  LineTable lines_;
  MetadataCache metadata_;
  std::unique_ptr<ClassicHistograms> classics_;  // for jobs that convert them
  net::Timer timer_;
  std::unique_ptr<Attempt> attempt_;  // while a scrape is under way

  StatusBoard board_;
};

}  // namespace narthex::scrape

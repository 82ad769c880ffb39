// The end of a target whose job stays: its series get stale markers, late enough that a target which only moved has
// written newer samples by then. Source: scrape spec, section 9.
#include "scrape/loop/target_loop.h"

namespace narthex::scrape {

void TargetLoop::begin_end() {
  timer_.cancel();
  if (!end_with_markers_ || !schedule_.started() || shard_.stopping()) return ended();
  state_ = State::kMarking;
  wait_for_tick(&TargetLoop::first_silent_tick);
}

void TargetLoop::first_silent_tick() {
  stale_time_ns_ = world().clock.now_ns();
  plan_tick();
  wait_for_tick(&TargetLoop::second_silent_tick);
}

void TargetLoop::second_silent_tick() { wait(interval_.ns / 10, &TargetLoop::write_end_markers); }

void TargetLoop::write_end_markers() {
  shard_.begin_work();
  attempt_ = std::make_unique<Attempt>();
  attempt_->timestamp_ns = stale_time_ns_;
  series_.take_remap();
  attempt_->scratch = series_.begin(attempt_->timestamp(), world().clock.now_ms());
  attempt_->scratch->only_in_order();
  series_.mark_all(*attempt_->scratch);
  hand_over();
}

void TargetLoop::ended() {
  state_ = State::kEnded;
  timer_.cancel();
  if (attempt_) shard_.end_work();
  release();
  shard_.remove(this);
}

}  // namespace narthex::scrape

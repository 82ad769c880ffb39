#include "scrape/loop/request_failure.h"

namespace narthex::scrape {
namespace {

RequestFailure by_phase(net::FailedPhase phase) {
  using enum FailureClass;
  switch (phase) {
    case net::FailedPhase::kUrl:
    case net::FailedPhase::kCredentials:
      return {kClient, std::nullopt};
    case net::FailedPhase::kResolve:
      return {kConnection, Phase::kResolve};
    case net::FailedPhase::kConnect:
      return {kConnection, Phase::kConnect};
    case net::FailedPhase::kTls:
      return {kConnection, Phase::kTls};
    case net::FailedPhase::kRequest:
    case net::FailedPhase::kHeaders:
      return {kConnection, Phase::kFirstByte};
    case net::FailedPhase::kRedirect:
      return {kRedirect, std::nullopt};
    case net::FailedPhase::kBody:
      return {kConnection, Phase::kBody};
    case net::FailedPhase::kBodyLimit:
      return {kBodySizeLimit, Phase::kBody};
  }
  return {kConnection, std::nullopt};
}

}  // namespace

RequestFailure classify(const net::Failure& failure) {
  RequestFailure out = by_phase(failure.phase);
  if (failure.error.code == Code::kTimeout) out.failure = FailureClass::kTimeout;
  return out;
}

}  // namespace narthex::scrape

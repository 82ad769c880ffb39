# Everything a contributor types. Each target says what it does, may be repeated, and fails with a plain sentence.

SHELL := /bin/bash
JOBS ?= $(shell nproc)
KILLS ?= 1000
.DEFAULT_GOAL := help

.PHONY: help setup build run test test-all bench lint format asan tsan crash fuzz clean bench-compare

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

setup:  ## install the Debian packages that the build and the tests need
	@scripts/setup.sh build test

build:  ## build the release binary: build/release/narthex
	@scripts/setup.sh build test
	@scripts/build.sh release narthex demo

run:  ## build, start the demo (sample applications and server on http://127.0.0.1:9090)
	@scripts/setup.sh build test
	@scripts/build.sh release narthex demo
	@scripts/demo.sh build/release

test:  ## build and run the tests
	@scripts/setup.sh build test
	@scripts/build.sh release all
	@cd build/release && ctest --output-on-failure -j$(JOBS)

test-all: KILLS = 50
test-all: test asan tsan crash fuzz lint  ## the tests, under sanitizers too, longer crash loops, fuzzing, lint

asan:  ## the tests under address and undefined-behaviour sanitizers
	@scripts/setup.sh build test
	@scripts/build.sh asan all
	@cd build/asan && ctest --output-on-failure -j$(JOBS)

tsan:  ## the tests under the thread sanitizer
	@scripts/setup.sh build test
	@scripts/build.sh tsan all
	@cd build/tsan && ctest --output-on-failure -j$(JOBS)

crash:  ## a longer kill -9 loop than in `make test`: KILLS=1000
	@scripts/setup.sh build test
	@scripts/build.sh release store_kill_test
	@NARTHEX_KILLS=$(KILLS) build/release/tests/crash/store_kill_test

bench:  ## the benchmarks, with Debian's prometheus beside where it helps
	@scripts/setup.sh build test bench
	@scripts/build.sh release all
	@scripts/bench.sh build/release

bench-compare:  ## beside Debian's prometheus and victoria-metrics, one table, 25 minutes; ARGS=--quick: 4
	@scripts/setup.sh build test bench
	@scripts/build.sh release narthex simulate_targets history
	@python3 tests/bench/compare/compare.py $(ARGS)

fuzz:  ## a minute of fuzzing for each parser
	@scripts/setup.sh build test lint
	@scripts/fuzz.sh

lint:  ## formatting, sizes, include rules, clang-tidy
	@scripts/setup.sh build test lint
	@python3 scripts/house_rules.py
	@scripts/lint.sh

format:  ## format the C++ code in place
	@scripts/setup.sh lint
	@git ls-files '*.cc' '*.h' | xargs clang-format -i

clean:  ## remove all that was built
	rm -rf build

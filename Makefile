# The two commands are `make run` and `make test`; `make help` lists the rest.
# Recipes are one line each: what they do stands in scripts/.

.DEFAULT_GOAL := help
.PHONY: help run test test-client test-browser test-tsan test-asan bench bench-inbox conformance siege prove-inbox prove-client fuzz docs lint format clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build for release and start the server on 127.0.0.1:8765 (flags: make run ARGS="…")
	@exec scripts/run $(ARGS)

test: ## set-up, build, format check, every test, a little fuzzing
	@scripts/test

test-client: ## the JavaScript client: types, size, tests with a real server
	@scripts/client

test-browser: ## the task board in a real Chromium (flags: make test-browser ARGS="…")
	@scripts/browser-tests $(ARGS)

test-tsan: ## the tests under ThreadSanitizer, one after the other
	@scripts/setup && scripts/swift-test --no-parallel --sanitize=thread --scratch-path .build-tsan

test-asan: ## the same under AddressSanitizer
	@scripts/setup && scripts/swift-test --no-parallel --sanitize=address --scratch-path .build-asan

bench: ## this server and its peers, measured with the same work (flags: make bench ARGS="…")
	@scripts/bench $(ARGS)

bench-inbox: ## notifications: posted, delivered and kept, against PostgreSQL itself (flags: ARGS="…")
	@scripts/bench --inbox $(ARGS)

conformance: ## the Autobahn WebSocket suite against the server, over ws and wss
	@scripts/conformance

siege: ## slow senders and readers by the thousand while honest connections echo
	@scripts/setup && scripts/siege

prove-inbox: ## the server and PostgreSQL killed under load: nothing is lost (flags: ARGS="…")
	@scripts/prove-inbox $(ARGS)

prove-client: ## JavaScript clients on a bad line that is cut 1,000 times: nothing is lost (flags: ARGS="…")
	@scripts/prove-client $(ARGS)

fuzz: ## fuzz every parser, ten minutes each (other limits: scripts/fuzz --help)
	@scripts/setup && scripts/fuzz

docs: ## the documentation of the Swift API, into build/docs
	@scripts/docs

lint: ## check the format of the Swift source and lint the scripts
	@scripts/lint

format: ## put all Swift source into the one format
	@swift format --in-place --parallel --recursive Package.swift Sources Tests Fuzz examples

clean: ## remove everything that was built
	@rm -rf .build .build-* build

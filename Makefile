# `make run` and `make test` set everything up themselves, once; see docs/development.md.

# A shell that has not read ~/.profile since rustup was installed lacks this.
export PATH := $(PATH):$(HOME)/.cargo/bin
# Settings of the user's that would make the build look elsewhere for libtorch, or the program not find it.
unexport LIBTORCH LIBTORCH_INCLUDE LIBTORCH_LIB LIBTORCH_STATIC LIBTORCH_USE_PYTORCH LIBTORCH_CXX11_ABI
unexport RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
export CARGO_TARGET_DIR := $(CURDIR)/target

PROGRAM := target/release/protoecg
# What the program is made of, so that cargo starts (and prints) only when there is something to do.
SOURCES = $(shell find src assets -type f) Cargo.toml Cargo.lock .cargo/config.toml rust-toolchain.toml .libtorch/stamp

.PHONY: help run test setup setup-test setup-cuda lint bench bench-python screenshots fuzz package test-package

help:
	@echo 'make run           set up, build and open the window on the demo (ARGS="predict FILE" for the command line)'
	@echo 'make test          set up, then formatting, clippy and all tests: what CI runs'
	@echo
	@echo 'make setup         only set up: system packages, libtorch'
	@echo 'make setup-cuda    add the GPU libraries (2.5 GB to fetch)'
	@echo 'make lint          only formatting and clippy'
	@echo 'make bench         the benches (criterion)'
	@echo 'make bench-python  side by side with wfdb-python and PyTorch (fetches 3 GB; ONLY=data_set does without)'
	@echo 'make fuzz          every reader of files against hostile ones, ten minutes each (SECONDS=60 for less)'
	@echo 'make screenshots   the pictures in docs/pictures, of the demonstration'
	@echo 'make package       dist/protoecg-VERSION-linux-x86_64.tar.gz, for machines without Rust and Python'
	@echo 'make test-package  try that archive in an empty root (as root)'

run: setup
	@$(MAKE) -s --no-print-directory $(PROGRAM)
	@scripts/run.sh $(ARGS)

setup:
	@scripts/setup-rust.sh
	@scripts/setup-system.sh run
	@scripts/setup-libtorch.py

setup-test:
	@scripts/setup-rust.sh lint
	@scripts/setup-system.sh test
	@scripts/setup-libtorch.py
	@scripts/setup-tensorboard.sh

setup-cuda: setup
	@scripts/setup-libtorch.py --cuda

$(PROGRAM): $(SOURCES)
	cargo build --release --locked
	@touch $@

# Two feature sets: the whole program with the tests that drive its window, and the command line alone.
lint: setup-test
	cargo fmt --check
	cargo clippy --locked --all-targets --features gui-tests -- -D warnings
	cargo clippy --locked --all-targets --no-default-features -- -D warnings

# All tests are built in one go and with one feature set, since that is most of the time; that the command line alone
# compiles is clippy's to say.
# The screens run one at a time: Mesa may crash when Vulkan devices are made concurrently.
test: lint
	cargo test --locked --features gui-tests --lib --test screens --test it --no-run
	cargo test --locked --features gui-tests --lib
	RUST_TEST_THREADS=1 cargo test --locked --features gui-tests --test screens
	cargo test --locked --features gui-tests --doc
	cargo test --locked --features gui-tests --test it

bench: setup-test
	cargo bench --locked

bench-python: setup-test
	@$(MAKE) -s --no-print-directory $(PROGRAM)
	@scripts/bench-python.sh $(PROGRAM) $(ARGS)

# Needs cargo-fuzz, no libtorch.
SECONDS ?= 600
fuzz:
	@scripts/fuzz.sh $(SECONDS)

screenshots: setup-test
	@$(MAKE) -s --no-print-directory $(PROGRAM)
	@scripts/screenshots.sh

package: setup
	@$(MAKE) -s --no-print-directory $(PROGRAM)
	@scripts/package.sh

test-package:
	@scripts/test-package.sh

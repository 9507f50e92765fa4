# Thin: each target is one script or one command. `make help` lists them.

DATA   ?= $(or $(RUSHES_DATA),./rushes-data)
LISTEN ?= $(or $(RUSHES_LISTEN),127.0.0.1:7878)
MOUNT  ?= $(or $(RUSHES_MOUNT),./rushes-mount)
PREFIX ?= /usr
CARGO  ?= cargo
TARGET ?= $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.PHONY: help run test demo bench soak audit release install uninstall

help:      ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run:       ## build and start rushesd (DATA=, LISTEN= and MOUNT= change where, RUSHES_DATA too)
	@scripts/setup.sh run
	@$(MAKE) --no-print-directory release
	@exec $(TARGET)/release/rushesd --data $(DATA) --listen $(LISTEN) --mount $(MOUNT)

test:      ## everything that must pass: format, lints, licences, docs, the unit, all tests
	@scripts/setup.sh test
	@scripts/test.sh

demo:      ## fill a running daemon with a small project of real media
	@$(if $(filter-out file,$(origin DATA)),RUSHES_DATA=$(DATA)) scripts/demo.sh

bench: release ## measure (release build)
	$(CARGO) run --locked --release -p rushes-benches

soak: release ## the long tests, those marked `ignore` (release build)
	$(CARGO) test --locked --release --workspace -- --ignored --test-threads 1
	RUSHESD=$(TARGET)/release/rushesd scripts/api.sh long
	RUSHESD=$(TARGET)/release/rushesd scripts/posix.sh

audit:     ## known holes in dependencies (ADVISORIES=DIR uses a copy of the database)
	@scripts/audit.sh

release:   ## build both programs for use
	$(CARGO) build --locked --release -p rushes-daemon -p rushes-cli

install:   ## put the release build and the unit in place (as root; DESTDIR= and PREFIX=)
	@PREFIX=$(PREFIX) TARGET=$(TARGET) scripts/install.sh install

uninstall: ## take them away again; data and configuration stay
	@PREFIX=$(PREFIX) scripts/install.sh uninstall

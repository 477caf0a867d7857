#!/usr/bin/env bash
# docker/rustc.sh RUSTC ARGUMENT...: for cargo's RUSTC_WRAPPER. Links the program statically, and leaves all else alone.
# By bash: sh would drop the variables of cargo whose names are none to a shell.
case " $* " in
*" --crate-name lyncmock "*" --crate-type bin "*) exec "$@" -C target-feature=+crt-static ;;
*) exec "$@" ;;
esac

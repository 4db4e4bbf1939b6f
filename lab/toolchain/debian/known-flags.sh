#!/bin/sh
# Starts a program without the flags that it does not know: a release that is older than the one that is deployed.
# Use: known-flags.sh PROGRAM [FLAG ...]
program=$1
shift
help=$("$program" --help 2>&1 | tr '\n\t' '  ')
for flag in "$@"; do
  shift
  name=${flag%%=*}
  name=${name#-}
  name=${name#-}
  case $help in
    *[-\]]"$name "* | *[-\]]"$name="*) set -- "$@" "$flag" ;;
    *) echo "$program does not know --$name, which is left out" >&2 ;;
  esac
done
exec "$program" "$@"

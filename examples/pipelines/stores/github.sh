#!/bin/sh
# Keeps the tokens of an application in a secret of a GitHub environment:
#   BXBI_TOKEN_STORE=exec:/path/to/github.sh
#
# BITRIX24_TOKENS              the secret, as the job got it
# BITRIX24_TOKENS_ENVIRONMENT  the environment that it belongs to. Not the repository: GitHub reads the
#                              secrets of that when a run is queued, so a waiting job gets old tokens
# GITHUB_REPOSITORY            OWNER/NAME
# GH_TOKEN                     a token that may write secrets of environments ("Environments: read
#                              and write" of a fine-grained token or an app); `github.token` never may
set -eu
umask 077

# GitHub gives a secret to the next job only, so this job reads again what it has written itself.
written=${RUNNER_TEMP:+$RUNNER_TEMP/bxbi-tokens-$BITRIX24_TOKENS_ENVIRONMENT}

case ${1-} in
get)
  if [ -n "$written" ] && [ -e "$written" ]; then
    cat "$written"
  else
    printf '%s' "${BITRIX24_TOKENS-}"
  fi
  ;;
set)
  tokens=$(cat)
  if [ -n "$written" ]; then
    printf '%s' "$tokens" >"$written.new"
    mv "$written.new" "$written"
  fi
  # The tokens before these are used up: it is worth a second and a third attempt.
  for pause in 1 3 0; do
    if printf '%s' "$tokens" |
      gh secret set BITRIX24_TOKENS --env "$BITRIX24_TOKENS_ENVIRONMENT" --repo "$GITHUB_REPOSITORY" >&2; then
      exit 0
    fi
    sleep "$pause"
  done
  exit 1
  ;;
*)
  echo "usage: $0 get|set" >&2
  exit 2
  ;;
esac

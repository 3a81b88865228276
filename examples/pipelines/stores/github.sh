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
#
# That token is not bound to one environment: who runs code in any job that has it can overwrite the
# secrets and variables of every environment of the repository, production's too (it cannot read the
# secrets). So a job that runs unreviewed code should not have it: keep the tokens of previews in Vault
# (vault.sh), or put required reviewers on their environment.
set -eu
umask 077

# GitHub gives a secret to the next job only, so this job reads again what it has written itself.
environment=$(printf '%s' "$BITRIX24_TOKENS_ENVIRONMENT" | tr / _)
written=${RUNNER_TEMP:+$RUNNER_TEMP/bxbi-tokens-$environment}

case ${1-} in
get)
  if [ -n "$written" ] && [ -e "$written" ]; then
    value=$(cat "$written")
  else
    value=${BITRIX24_TOKENS-}
  fi
  if ! printf '%s' "$value" | base64 --decode; then
    echo "The secret BITRIX24_TOKENS was not written by $0: make it anew with \`bxbi login\`." >&2
    exit 1
  fi
  ;;
set)
  # GitHub hides each line of a secret in job logs, so of several lines every single brace.
  value=$(base64 | tr -d '\n')
  # The tokens before these are used up: it is worth a second and a third attempt.
  for pause in 1 3 0; do
    if printf '%s' "$value" |
      gh secret set BITRIX24_TOKENS --env "$BITRIX24_TOKENS_ENVIRONMENT" --repo "$GITHUB_REPOSITORY" >&2; then
      if [ -n "$written" ]; then
        printf '%s' "$value" >"$written.new"
        mv "$written.new" "$written"
      fi
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

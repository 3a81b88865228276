#!/bin/sh
# Keeps the tokens of an application in a CI/CD variable of a GitLab project:
#   BXBI_TOKEN_STORE=exec:/path/to/gitlab.sh
#
# BITRIX24_TOKENS_PROJECT   the number of a project for the tokens alone, without jobs: who may write
#                           its variables is its maintainer, and should be no other project's
# BITRIX24_TOKENS_VARIABLE  the variable there; it is made where it does not exist
# BITRIX24_TOKENS_WRITER    an access token of that project: role Maintainer, scope `api`
# CI_API_V4_URL             as GitLab gives it to each job
set -eu

variables=$CI_API_V4_URL/projects/$BITRIX24_TOKENS_PROJECT/variables

# Calls the API; prints its answer, and the HTTP status on a last line (000: there was no answer).
# Nothing secret is an argument, which other processes could see.
call() {
  curl --silent --show-error --fail --max-time 8 --retry 2 --retry-connrefused --retry-max-time 16 \
    --write-out '\n%{http_code}' --config /dev/fd/3 "$@" 3<<END || true
header = "PRIVATE-TOKEN: $BITRIX24_TOKENS_WRITER"
END
}

status_of() {
  printf '%s' "$1" | tail -n 1
}

fail() {
  echo "GitLab answered $(status_of "$2") when the variable $BITRIX24_TOKENS_VARIABLE was $1." >&2
  exit 1
}

case ${1-} in
get)
  answer=$(call "$variables/$BITRIX24_TOKENS_VARIABLE")
  case $(status_of "$answer") in
  200)
    # Not in one pipeline: of that the shell only sees how its last command ends.
    value=$(printf '%s' "$answer" | sed '$d' |
      python3 -c 'import json, sys; print(json.load(sys.stdin)["value"])') || fail read "$answer"
    printf '%s' "$value" | base64 --decode
    ;;
  404) ;; # nothing was kept yet
  *) fail read "$answer" ;;
  esac
  ;;
set)
  # GitLab hides a value in job logs only if it is one line.
  value=$(base64 | tr -d '\n')
  answer=$(printf '%s' "$value" | call --request PUT "$variables/$BITRIX24_TOKENS_VARIABLE" \
    --data-urlencode value@- --data masked=true --data raw=true)
  if [ "$(status_of "$answer")" = 404 ]; then
    answer=$(printf '%s' "$value" | call "$variables" --data "key=$BITRIX24_TOKENS_VARIABLE" \
      --data-urlencode value@- --data masked=true --data raw=true)
  fi
  case $(status_of "$answer") in
  200 | 201) ;;
  *) fail written "$answer" ;;
  esac
  ;;
*)
  echo "usage: $0 get|set" >&2
  exit 2
  ;;
esac

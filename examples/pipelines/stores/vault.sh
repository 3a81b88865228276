#!/bin/sh
# Keeps the tokens of an application in HashiCorp Vault, in a KV secrets engine of version 2:
#   BXBI_TOKEN_STORE="exec:/path/to/vault.sh secret bxbi/production"
# for the path bxbi/production of the engine that is mounted at secret.
#
# VAULT_ADDR, VAULT_NAMESPACE   where Vault is
# VAULT_TOKEN                   what a log-in gave, with a policy that allows `create`, `read` and
#                               `update` on secret/data/bxbi/production
set -eu

if [ $# != 3 ]; then
  echo "usage: $0 MOUNT PATH get|set" >&2
  exit 2
fi
secret=$VAULT_ADDR/v1/$1/data/$2

# Calls the API; prints its answer, and the HTTP status on a last line (000: there was no answer).
# Nothing secret is an argument, which other processes could see.
call() {
  curl --silent --show-error --fail --max-time 8 --retry 2 --retry-connrefused --retry-max-time 16 \
    --write-out '\n%{http_code}' --config /dev/fd/3 "$@" 3<<END || true
header = "X-Vault-Token: $VAULT_TOKEN"
header = "X-Vault-Namespace: ${VAULT_NAMESPACE-}"
END
}

status_of() {
  printf '%s' "$1" | tail -n 1
}

fail() {
  echo "Vault answered $(status_of "$2") when $secret was $1." >&2
  exit 1
}

case $3 in
get)
  answer=$(call "$secret")
  case $(status_of "$answer") in
  200)
    printf '%s' "$answer" | sed '$d' |
      python3 -c 'import json, sys; print(json.load(sys.stdin)["data"]["data"]["tokens"])'
    ;;
  404) ;; # nothing was kept yet
  *) fail read "$answer" ;;
  esac
  ;;
set)
  answer=$(
    python3 -c 'import json, sys; print(json.dumps({"data": {"tokens": sys.stdin.read()}}))' |
      call "$secret" --json @-
  )
  case $(status_of "$answer") in
  200 | 204) ;;
  *) fail written "$answer" ;;
  esac
  ;;
*)
  echo "usage: $0 MOUNT PATH get|set" >&2
  exit 2
  ;;
esac

"""Calls the library of Standard Webhooks as the document does, from the folder that is given, with each case there."""

import base64
import json
import pathlib
import sys

from standardwebhooks import WebhookVerificationError

folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder))
from verify import verify_by_library  # noqa: E402


def said(case):
    [secret] = case["secrets"]
    try:
        return {"event": verify_by_library(secret, dict(case["headers"]), base64.b64decode(case["body"]))}
    except WebhookVerificationError as error:
        return {"error": str(error)}


print(json.dumps([said(case) for case in json.loads((folder / "cases.json").read_bytes())]))

"""Calls the document's Python, which is in the folder that is given, with each case that is there too."""

import base64
import json
import pathlib
import sys
from email.message import Message

folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder))
from verify import verify  # noqa: E402


def said(case):
    # The headers as http.server has them: doubles are kept apart.
    headers = Message()
    for name, value in case["headers"]:
        headers[name] = value
    try:
        return {"event": verify(case["secrets"], headers, base64.b64decode(case["body"]), case["now"])}
    except ValueError as error:
        return {"error": str(error)}


print(json.dumps([said(case) for case in json.loads((folder / "cases.json").read_bytes())]))

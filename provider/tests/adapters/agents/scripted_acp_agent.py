"""Plays an agent that speaks the Agent Client Protocol: does what the script in argv[1] says.

The script is a JSON object: what the agent is like (`load`, `modes`, `models`, `sign_in`,
`version`, `options`), and `steps`, a list for each thing that it does with its prompt. It uses the
standard library only, so that a mistake of the client's library is no mistake of both.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import NoReturn

Json = dict[str, object]


class Cancelled(Exception):
    pass


class Refused(Exception):
    def __init__(self, code: int, data: object) -> None:
        super().__init__(f"error {code}")
        self.code, self.data = code, data


class Agent:
    def __init__(self, script: Json) -> None:
        self.script = script
        self.session = "session-1"
        self.mode = "auto"
        self.signed_in = script.get("sign_in") is None
        self.asked = 0
        self.result: Json = {}

    def run(self) -> None:
        while True:
            message = receive()
            if "id" not in message:
                continue
            try:
                result = self.answer(str(message["method"]), message["params"])
            except Refused as refused:
                error = {"code": refused.code, "message": "It failed", "data": refused.data}
                send({"id": message["id"], "error": error})
            else:
                send({"id": message["id"], "result": result})

    def answer(self, method: str, params: object) -> Json:
        assert isinstance(params, dict)
        match method:
            case "initialize":
                Path("capabilities.json").write_text(
                    json.dumps(params.get("clientCapabilities", {}))
                )
                can_load = bool(self.script.get("load"))
                version = self.script.get("version", 1)
                return {
                    "protocolVersion": version,
                    "agentCapabilities": {"loadSession": can_load},
                }
            case "authenticate":
                if params["methodId"] != self.script.get("sign_in"):
                    raise Refused(-32603, {"details": "no key"})
                self.signed_in = True
                return {}
            case "session/new":
                return {"sessionId": self.session, **self.opened()}
            case "session/load":
                return self.load(str(params["sessionId"]))
            case "session/set_mode":
                self.mode = params["modeId"]
                return {}
            case "session/set_config_option":
                Path("model.txt").write_text(params["value"])
                return {"configOptions": []}
            case "session/prompt":
                return self.prompt(params["prompt"][0]["text"])
        raise Refused(-32601, None)

    def opened(self) -> Json:
        if not self.signed_in:
            raise Refused(-32000, None)
        opened: Json = {}
        if modes := self.script.get("modes"):
            assert isinstance(modes, list)
            available = [{"id": mode, "name": mode} for mode in modes]
            opened["modes"] = {"currentModeId": "auto", "availableModes": available}
        if models := self.script.get("models"):
            assert isinstance(models, list)
            options = [{"value": model, "name": model} for model in models]
            opened["configOptions"] = [
                {
                    "id": "model",
                    "name": "Model",
                    "type": "select",
                    "currentValue": models[0],
                    "options": options,
                }
            ]
        return opened

    def load(self, session: str) -> Json:
        if session != self.script.get("load"):
            raise Refused(-32002, None)
        self.session = session
        self.say("What was said before.\n")
        return self.opened()

    def prompt(self, text: str) -> Json:
        Path("prompt.txt").write_text(text)
        Path("mode.txt").write_text(self.mode)
        steps = self.script["steps"]
        assert isinstance(steps, list)
        try:
            for name, *values in steps:
                getattr(self, name)(*values)
        except Cancelled:
            Path("cancelled.txt").touch()
            return {"stopReason": "cancelled"}
        return {"stopReason": "end_turn", **self.result}

    # What a step may be.

    def say(self, text: str) -> None:
        content = {"type": "text", "text": text}
        self.update({"sessionUpdate": "agent_message_chunk", "content": content})

    def update(self, update: Json) -> None:
        send({"method": "session/update", "params": {"sessionId": self.session, "update": update}})

    def edit(self, path: str, text: str) -> None:
        """Edits a file as a good agent does: it tells of it, asks, and does it if it may."""
        call: Json = {
            "toolCallId": f"call-{path}",
            "title": f"Edit {path}",
            "kind": "edit",
            "status": "pending",
            "locations": [{"path": path}],
        }
        self.update({"sessionUpdate": "tool_call", **call})
        if self.allowed({"toolCallId": f"call-{path}"}):
            Path(path).write_text(text)

    def shell(self, command: str) -> None:
        call: Json = {"toolCallId": command, "kind": "execute", "rawInput": {"command": command}}
        if self.allowed(call):
            os.system(command)

    def ask(self, call: Json) -> None:
        self.allowed(call)

    def edit_by_client(self, path: str, text: str) -> None:
        place = {"sessionId": self.session, "path": path}
        told = self.request("fs/write_text_file", {**place, "content": text})
        self.say(f"{'error' not in told} ")

    def read_by_client(self, path: str) -> None:
        told = self.request("fs/read_text_file", {"sessionId": self.session, "path": path})
        self.say(json.dumps(told.get("result", told.get("error"))))

    def finish(self, result: Json) -> None:
        self.result = result

    def fail(self, code: int, data: object) -> None:
        raise Refused(code, data)

    def die(self, words: str) -> None:
        print(words, file=sys.stderr, flush=True)
        os._exit(3)

    def hang(self) -> None:
        Path("hanging.txt").touch()
        while True:
            receive_during_turn()

    def stay_deaf(self) -> NoReturn:
        Path("hanging.txt").touch()
        while True:
            time.sleep(60)

    def print(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def tell_big(self, size: int) -> None:
        self.update(
            {
                "sessionUpdate": "tool_call_update",
                "toolCallId": "big",
                "content": [{"type": "content", "content": {"type": "text", "text": "x" * size}}],
            }
        )

    def allowed(self, call: Json) -> bool:
        options = [
            {"optionId": "always", "name": "Always", "kind": "allow_always"},
            {"optionId": "yes", "name": "Yes", "kind": "allow_once"},
            {"optionId": "cancel", "name": "No, and stop", "kind": "reject_once"},
            {"optionId": "no", "name": "No", "kind": "reject_once"},
        ]
        given = self.script.get("options")
        options = [each for each in options if given is None or each["optionId"] in str(given)]
        told = self.request(
            "session/request_permission",
            {"sessionId": self.session, "toolCall": call, "options": options},
        )
        result = told["result"]
        assert isinstance(result, dict)
        picked = result["outcome"].get("optionId")
        with Path("picked.txt").open("a") as file:
            file.write(f"{picked}\n")
        if picked == "cancel":
            raise Cancelled
        return picked in ("always", "yes")

    def request(self, method: str, params: Json) -> Json:
        self.asked += 1
        name = f"request-{self.asked}"
        send({"id": name, "method": method, "params": params})
        while True:
            told = receive_during_turn()
            if told.get("id") == name:
                return told


def send(message: Json) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def receive() -> Json:
    line = sys.stdin.readline()
    if not line:
        sys.exit()
    message = json.loads(line)
    assert isinstance(message, dict)
    return message


def receive_during_turn() -> Json:
    message = receive()
    if message.get("method") == "session/cancel":
        raise Cancelled
    return message


if __name__ == "__main__":
    Agent(json.loads(sys.argv[1])).run()

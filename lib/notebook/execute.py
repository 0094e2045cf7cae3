"""Runs the code cells of a notebook in a kernel and keeps every output, also the late ones.

Reads {"cells": [source, ...], "kernel": name, "folder": path, "limit": seconds} from one line of
standard input, whose end says that whoever asked is gone, and writes one JSON object a line: {"start": cell}, then {"done": cell, "seconds": s, "error": text},
and at last {"outputs": [[output, ...], ...]} in the format of notebooks.

A kernel may report a cell as idle before its last outputs are sent. So messages are told apart by
the request they answer, not by the time they arrive, and are read on for a while after the last one.
"""

import _thread
import json
import os
import queue
import sys
import threading
import time

from jupyter_client import KernelManager

# Seconds to listen on after a cell is idle, and after the whole notebook.
AFTER_CELL, AFTER_ALL = 0.02, 0.5


def tell(**line):
    print(json.dumps(line), flush=True)


class Outputs:
    """The outputs of all cells, kept in order and up to date as messages arrive."""

    def __init__(self, count):
        self.cells = [[] for _ in range(count)]
        self.cell_of_request = {}
        self.error_of_cell = {}
        self.idle = set()

    def take(self, message):
        kind, content = message["msg_type"], message["content"]
        cell = self.cell_of_request.get(message["parent_header"].get("msg_id"))
        if cell is None:
            return
        if kind == "status" and content["execution_state"] == "idle":
            self.idle.add(cell)
        elif kind == "stream":
            self.add_text(cell, content["name"], content["text"])
        elif kind == "error":
            self.error_of_cell[cell] = f"{content['ename']}: {content['evalue']}"
            self.cells[cell].append({"output_type": "error", **content})
        elif kind in ("display_data", "execute_result"):
            self.add_data(cell, kind, content)
        elif kind == "update_display_data":
            self.update(content)
        elif kind == "clear_output":
            self.cells[cell].clear()

    def add_text(self, cell, name, text):
        outputs = self.cells[cell]
        if outputs and outputs[-1].get("name") == name:
            outputs[-1]["text"] += text
        else:
            outputs.append({"output_type": "stream", "name": name, "text": text})

    def add_data(self, cell, kind, content):
        output = {"output_type": kind, "data": content["data"], "metadata": content.get("metadata", {})}
        if kind == "execute_result":
            output["execution_count"] = None
        output["id"] = content.get("transient", {}).get("display_id")
        self.cells[cell].append(output)

    def update(self, content):
        name = content.get("transient", {}).get("display_id")
        for output in (output for cell in self.cells for output in cell):
            if name is not None and output.get("id") == name:
                output.update(data=content["data"], metadata=content.get("metadata", {}))

    def listen(self, client, seconds, until_idle=None):
        """Takes messages for some seconds, or until a cell is idle."""
        end = time.monotonic() + seconds
        while until_idle not in self.idle:
            try:
                self.take(client.get_iopub_msg(timeout=max(0.001, end - time.monotonic())))
            except queue.Empty:
                if time.monotonic() >= end:
                    return

    def without_names(self):
        return [[{k: v for k, v in o.items() if k != "id"} for o in cell] for cell in self.cells]


def run_cell(number, source, client, manager, outputs, limit):
    """Runs a cell; returns why it failed, or None."""
    start = time.monotonic()
    outputs.cell_of_request[client.execute(source, store_history=False)] = number
    while number not in outputs.idle:
        outputs.listen(client, 0.2, until_idle=number)
        if time.monotonic() - start > limit:
            return f"it took longer than {limit:g} s"
        if number not in outputs.idle and not manager.is_alive():
            return "the kernel has ended"
    outputs.listen(client, AFTER_CELL)
    return outputs.error_of_cell.get(number)


def end_with_caller():
    """Waits for the end of standard input; the kernel is ended as by Ctrl-C then."""
    # Not through sys.stdin: a thread that waits in it at the end would stop Python from ending.
    while os.read(0, 4096):
        pass
    _thread.interrupt_main()


def main():
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_caller, daemon=True).start()
    outputs = Outputs(len(task["cells"]))
    manager = KernelManager(kernel_name=task["kernel"])
    manager.start_kernel(cwd=task["folder"])
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        for number, source in enumerate(task["cells"]):
            tell(start=number)
            begin = time.monotonic()
            error = run_cell(number, source, client, manager, outputs, task["limit"])
            tell(done=number, seconds=time.monotonic() - begin, error=error)
            if error is not None:
                break
        outputs.listen(client, AFTER_ALL)
        tell(outputs=outputs.without_names())
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


main()

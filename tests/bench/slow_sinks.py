#!/usr/bin/python3
"""Servers that are ill, over TLS: some answer 202 after a long time, some take a connection and never say a word.

slow_sinks.py CERTIFICATE KEY SECONDS PORTS; prints `ready` and runs until it is stopped. PORTS is a file: {"slow": [...], "silent": [...]}.
"""
import asyncio
import json
import resource
import socket
import ssl
import sys

ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


async def answer_late(seconds, reader, writer):
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            await reader.readexactly(length)
            await asyncio.sleep(seconds)
            writer.write(ANSWER)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        pass
    writer.close()


async def main(certificate, key, seconds, file):
    with open(file) as f:
        ports = json.load(f)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    servers = [await asyncio.start_server(lambda r, w: answer_late(float(seconds), r, w), "127.0.0.1", port, ssl=context)
               for port in ports["slow"]]
    never_accepted = []
    for port in ports["silent"]:
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", port))
        s.listen()
        never_accepted.append(s)
    print("ready", flush=True)
    await asyncio.gather(*(s.serve_forever() for s in servers))


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        pass

/**
 * For Python programs in a network of their own: a machine or container beside them, as a process and the words that run a command in its
 * network; and a server in a container, by which one sees who gets through.
 */
export const beside = `import os, socket, subprocess, sys, time
run = lambda *words, **options: subprocess.run(words, check=True, text=True, **options)
def beside():
    other = subprocess.Popen(["unshare", "--net", "sleep", "20"])
    while os.readlink("/proc/%d/ns/net" % other.pid) == os.readlink("/proc/self/ns/net"):
        time.sleep(0.01)
    return other, ["nsenter", "--net", "--target", str(other.pid)]
def listening(inside):
    server = subprocess.Popen([*inside, "/usr/bin/python3", "-c", """
import socket
listener = socket.create_server(("172.30.0.2", 8000))
print("ready", flush=True)
while True:
    listener.accept()
"""], stdout=subprocess.PIPE, text=True)
    server.stdout.readline()
    return server
`;

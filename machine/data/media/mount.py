#!/usr/bin/python3 -IB
"""mount-media SOURCE TARGET ro|rw: mounts a FUSE file system for a server that has no right to, and hands the server its
end of it through systemd's file descriptor store.

Run before the server, with all rights. The server then needs none, and may live in a mount namespace of its own: the
mount is made in that of the machine, where everybody sees it."""
import ctypes
import os
import socket
import sys

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MNT_DETACH = 1, 2, 4, 8, 2

source, target, mode = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
os.setns(os.open("/proc/1/ns/mnt", os.O_RDONLY), os.CLONE_NEWNS)
os.chdir("/")
# Left by a server that died; usually nothing.
while libc.umount2(target.encode(), MNT_DETACH) == 0:
    pass
os.makedirs(target, exist_ok=True)
fuse = os.open("/dev/fuse", os.O_RDWR)
flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | (MS_RDONLY if mode == "ro" else 0)
options = "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions" % fuse
if libc.mount(source.encode(), target.encode(), b"fuse.sshfs", flags, options.encode()) != 0:
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), target)
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
    notify.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))
    notify.send(b"FDSTOREREMOVE=1\nFDNAME=fuse")
    socket.send_fds(notify, [b"FDSTORE=1\nFDNAME=fuse\nFDPOLL=0"], [fuse])

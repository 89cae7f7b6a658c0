"""netns: whether this machine lets us have networks of our own.

Root is not enough: a container may lack the right, and a plain chroot, whose
root is no mount point, the place.
"""

import os
import shutil
import subprocess


def why_not():
    """None, or the reason in words."""
    if os.getuid() != 0:
        return "needs root, for a network namespace"
    if shutil.which("ip") is None:
        return "iproute2 is not installed"
    name = "otprobe%d" % os.getpid()
    for argv in (["ip", "netns", "add", name],
                 ["ip", "netns", "exec", name, "true"],
                 ["ip", "netns", "del", name]):
        done = subprocess.run(argv, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            subprocess.run(["ip", "netns", "del", name], check=False,
                           capture_output=True)
            return "no network namespaces here: " + done.stderr.strip()
    return None

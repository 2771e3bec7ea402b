"""Runs a command and prints its CPU seconds (user and system) and its peak memory in MB, as JSON. Usage: measure.py command..."""
import json
import os
import subprocess
import sys

child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(json.dumps({"cpu": usage.ru_utime + usage.ru_stime, "mb": usage.ru_maxrss / 1024, "code": os.waitstatus_to_exitcode(status)}))

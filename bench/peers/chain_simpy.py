"""The bench workloads as an idiomatic SimPy model.

Usage: chain_simpy.py w1|w2 requests [seed]. Prints the mean latency and the shares of the exits.
"""
import random
import sys

import simpy

workload, requests, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
rng = random.Random(seed)
env = simpy.Environment()
latencies = []
exits = [0, 0, 0]
born = 0


def single(server):
    """One M/M/1 customer."""
    arrived = env.now
    with server.request() as turn:
        yield turn
        yield env.timeout(rng.expovariate(1.0))
    leave(arrived, 0)


def leave(arrived, exit_):
    latencies.append(env.now - arrived)
    exits[exit_] += 1


def chain(cpu, uplink, edge, backhaul, cloud):
    """One request through device, edge and cloud."""
    arrived = env.now
    with cpu.request() as turn:
        yield turn
        yield env.timeout(0.004)
    if rng.random() < 0.6:
        return leave(arrived, 0)
    with uplink.request() as turn:
        yield turn
        yield env.timeout(30000 * 8 / 50e6)
    yield env.timeout(0.005)
    with edge.request() as turn:
        yield turn
        yield env.timeout(rng.expovariate(1 / 0.008))
    if rng.random() < 0.7:
        return leave(arrived, 1)
    with backhaul.request() as turn:
        yield turn
        yield env.timeout(10000 * 8 / 1e9)
    yield env.timeout(0.020)
    with cloud.request() as turn:
        yield turn
        yield env.timeout(rng.expovariate(1 / 0.005))
    leave(arrived, 2)


def source(rate, make):
    global born
    while True:
        yield env.timeout(rng.expovariate(rate))
        if born >= requests:
            return
        born += 1
        env.process(make())


if workload == "w1":
    server = simpy.Resource(env)
    env.process(source(0.8, lambda: single(server)))
else:
    edge, cloud, backhaul = simpy.Resource(env, 4), simpy.Resource(env, 16), simpy.Resource(env)
    for _ in range(200):
        cpu, uplink = simpy.Resource(env), simpy.Resource(env)
        env.process(source(4.375, lambda c=cpu, u=uplink: chain(c, u, edge, backhaul, cloud)))
env.run()
n = len(latencies)
print(f"mean {sum(latencies) / n:.9g} s  exits " + " ".join(f"{e / n:.4f}" for e in exits))

// The bench workloads in plain C++, as one would write them: std::priority_queue, std::deque, std::mt19937_64, -log u.
// Usage: chain w1|w2 requests [devices] [seed]. Prints the mean latency and the shares of the exits.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <queue>
#include <random>
#include <vector>

enum Kind : uint8_t { Arrival, ServiceEnd, LinkEnd, Delivery };

struct Event {
  double at;
  uint64_t order;
  Kind kind;
  uint8_t stage;
  uint32_t station;
  uint32_t request;
  bool operator>(const Event& o) const { return at != o.at ? at > o.at : order > o.order; }
};

struct Station {
  int busy = 0;
  std::deque<uint32_t> waiting;
};

struct Simulation {
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> agenda;
  std::mt19937_64 engine;
  double now = 0;
  uint64_t order = 0;
  std::vector<double> bornAt;
  std::vector<uint32_t> device, spare;

  double uniform() { return (engine() >> 11) * 0x1.0p-53 + 0x1.0p-54; }
  double exponential(double mean) { return -mean * std::log(uniform()); }
  void schedule(double at, Kind kind, uint8_t stage, uint32_t station, uint32_t request) {
    agenda.push({at, order++, kind, stage, station, request});
  }
};

int main(int argc, char** argv) {
  const bool chain = argc > 1 && std::strcmp(argv[1], "w2") == 0;
  const long requests = argc > 2 ? std::atol(argv[2]) : 1000000;
  const int devices = chain ? (argc > 3 ? std::atoi(argv[3]) : 200) : 1;
  Simulation s;
  s.engine.seed(argc > 4 ? std::atol(argv[4]) : 1);
  const double rate = chain ? 875.0 / devices : 0.8;
  const double transmission[3] = {0, 30000 * 8 / 50e6, 10000 * 8 / 1e9};
  const double propagation[3] = {0, 5e-3, 20e-3};
  const double leaves[3] = {chain ? 0.6 : 1.0, 0.7, 1};
  const int servers[3] = {1, 4, 16};
  std::vector<Station> cpu[3] = {std::vector<Station>(devices), std::vector<Station>(1), std::vector<Station>(1)};
  std::vector<Station> link[3] = {{}, std::vector<Station>(devices), std::vector<Station>(1)};
  long born = 0, done[3] = {0, 0, 0};
  double total = 0;
  std::vector<uint32_t> histogram(1 << 16);

  auto service = [&](int stage) {
    if (!chain) return s.exponential(1);
    return stage == 0 ? 4e-3 : s.exponential(stage == 1 ? 8e-3 : 5e-3);
  };
  auto startService = [&](int stage, uint32_t station, uint32_t r) { s.schedule(s.now + service(stage), ServiceEnd, stage, station, r); };
  auto startLink = [&](int stage, uint32_t station, uint32_t r) { s.schedule(s.now + transmission[stage], LinkEnd, stage, station, r); };
  auto join = [&](int stage, uint32_t station, uint32_t r) {
    Station& c = cpu[stage][station];
    if (c.busy < servers[stage]) c.busy++, startService(stage, station, r);
    else c.waiting.push_back(r);
  };
  for (int d = 0; d < devices; d++) s.schedule(s.exponential(1 / rate), Arrival, 0, d, 0);
  while (!s.agenda.empty()) {
    const Event e = s.agenda.top();
    s.agenda.pop();
    s.now = e.at;
    switch (e.kind) {
      case Arrival: {
        if (born == requests) break;
        born++;
        uint32_t r;
        if (s.spare.empty()) r = s.bornAt.size(), s.bornAt.push_back(0), s.device.push_back(0);
        else r = s.spare.back(), s.spare.pop_back();
        s.bornAt[r] = s.now;
        s.device[r] = e.station;
        s.schedule(s.now + s.exponential(1 / rate), Arrival, 0, e.station, 0);
        join(0, e.station, r);
        break;
      }
      case ServiceEnd: {
        Station& c = cpu[e.stage][e.station];
        if (c.waiting.empty()) c.busy--;
        else {
          const uint32_t next = c.waiting.front();
          c.waiting.pop_front();
          startService(e.stage, e.station, next);
        }
        if (s.uniform() < leaves[e.stage]) {
          const double latency = s.now - s.bornAt[e.request];
          total += latency;
          done[e.stage]++;
          uint64_t bits;
          std::memcpy(&bits, &latency, 8);
          histogram[(bits >> 43) & 0xffff]++;
          s.spare.push_back(e.request);
          break;
        }
        const uint32_t station = e.stage == 0 ? s.device[e.request] : 0;
        Station& l = link[e.stage + 1][station];
        if (l.busy == 0) l.busy = 1, startLink(e.stage + 1, station, e.request);
        else l.waiting.push_back(e.request);
        break;
      }
      case LinkEnd: {
        Station& l = link[e.stage][e.station];
        if (l.waiting.empty()) l.busy = 0;
        else {
          const uint32_t next = l.waiting.front();
          l.waiting.pop_front();
          startLink(e.stage, e.station, next);
        }
        s.schedule(s.now + propagation[e.stage], Delivery, e.stage, 0, e.request);
        break;
      }
      case Delivery:
        join(e.stage, 0, e.request);
    }
  }
  const double n = done[0] + done[1] + done[2];
  std::printf("mean %.9g s  exits %.4f %.4f %.4f\n", total / n, done[0] / n, done[1] / n, done[2] / n);
}

#include "conformance/runner/jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <thread>

#include "conformance/runner/value.h"

namespace conformance {
namespace {

// Worker is one of the processes, as the one that started it sees it.
struct Worker {
  pid_t pid = -1;
  int output = -1;
  std::string input;
  // Whether it said that it has come to its end.
  bool has_ended = false;
};

struct Context {
  const Suite &suite;
  const Suite::Sink &sink;
  std::vector<std::string> problems;
};

void WriteLine(int fd, const std::string &line) {
  std::string bytes = line + "\n";
  for (size_t sent = 0; sent < bytes.size();) {
    ssize_t count = write(fd, bytes.data() + sent, bytes.size() - sent);
    if (count < 0 && errno != EINTR) {
      _exit(1);  // Nobody is there to be told.
    }
    sent += count > 0 ? static_cast<size_t>(count) : 0;
  }
}

[[noreturn]] void Work(int index, int count, int output, const Job &job) {
  setenv("GTEST_TOTAL_SHARDS", std::to_string(count).c_str(), 1);
  setenv("GTEST_SHARD_INDEX", std::to_string(index).c_str(), 1);
  std::vector<std::string> problems =
      job([output](size_t point, const Outcome &run) { WriteLine(output, RunLine(point, run)); });
  for (const std::string &problem : problems) {
    WriteLine(output, "problem " + PercentEncode(problem));
  }
  WriteLine(output, "end");
  std::cout.flush();
  _exit(0);  // What is left belongs to the process that was copied.
}

std::string StartWorker(int index, int count, const Job &job, Worker *worker) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return std::string("pipe: ") + strerror(errno);
  }
  std::cout.flush();
  worker->pid = fork();
  if (worker->pid == 0) {
    close(ends[0]);
    Work(index, count, ends[1], job);
  }
  close(ends[1]);
  worker->output = ends[0];
  return worker->pid < 0 ? std::string("fork: ") + strerror(errno) : "";
}

void TakeLine(const std::string &line, Worker *worker, Context *context) {
  std::vector<std::string> words = Split(line);
  if (words[0] == "end") {
    worker->has_ended = true;
  } else if (words[0] == "problem") {
    context->problems.emplace_back();
    PercentDecode(words[1], &context->problems.back());
  } else {
    size_t index = std::stoul(words[0]);
    Outcome run = context->suite.points()[index]->outcome;
    ParseRunLine(words, &run);
    context->sink(index, run);
  }
}

// Returns false at the end of what the worker says.
bool Receive(Worker *worker, Context *context) {
  char buffer[65536];
  ssize_t count = read(worker->output, buffer, sizeof buffer);
  if (count <= 0) {
    return count < 0 && errno == EINTR;
  }
  worker->input.append(buffer, static_cast<size_t>(count));
  size_t begin = 0;
  for (size_t end; (end = worker->input.find('\n', begin)) != std::string::npos; begin = end + 1) {
    TakeLine(worker->input.substr(begin, end - begin), worker, context);
  }
  worker->input.erase(0, begin);
  return true;
}

std::string DescribeEnd(int status) {
  return WIFSIGNALED(status) ? std::string("with signal ") + strsignal(WTERMSIG(status))
                             : "with exit status " + std::to_string(WEXITSTATUS(status));
}

void EndWorker(Worker *worker, Context *context) {
  int status = 0;
  close(worker->output);
  worker->output = -1;
  while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!worker->has_ended) {
    context->problems.push_back("a process of the runner ended before its cases did, " +
                                DescribeEnd(status));
  }
}

void ReceiveAll(std::vector<Worker> *workers, Context *context) {
  auto is_there = [](const Worker &worker) { return worker.output >= 0; };
  while (std::any_of(workers->begin(), workers->end(), is_there)) {
    std::vector<pollfd> polled;
    for (const Worker &worker : *workers) {
      polled.push_back({worker.output, POLLIN, 0});
    }
    poll(polled.data(), polled.size(), -1);
    for (size_t i = 0; i < polled.size(); i++) {
      Worker *worker = &(*workers)[i];
      if (polled[i].revents != 0 && !Receive(worker, context)) {
        EndWorker(worker, context);
      }
    }
  }
}

}  // namespace

std::string RunLine(size_t index, const Outcome &run) {
  return std::to_string(index) + " " + std::to_string(static_cast<int>(run.verdict)) + " " +
         std::to_string(run.milliseconds) + " " + PercentEncode(run.message) + " " +
         PercentEncode(run.reason) + " " + PercentEncode(run.transcript) + " " +
         PercentEncode(run.wire);
}

bool ParseRunLine(const std::vector<std::string> &words, Outcome *run) {
  constexpr size_t kNumWords = 7;
  if (words.size() != kNumWords) {
    return false;
  }
  run->verdict = static_cast<Verdict>(std::stoi(words[1]));
  run->milliseconds = std::stoll(words[2]);
  return PercentDecode(words[3], &run->message) && PercentDecode(words[4], &run->reason) &&
         PercentDecode(words[5], &run->transcript) && PercentDecode(words[6], &run->wire);
}

std::vector<std::string> RunJobs(int count, const Suite &suite, const Job &job,
                                 const Suite::Sink &sink, bool *is_broken) {
  Context context{suite, sink, {}};
  std::vector<Worker> workers(static_cast<size_t>(count));
  for (int i = 0; i < count; i++) {
    Worker *worker = &workers[static_cast<size_t>(i)];
    std::string error = StartWorker(i, count, job, worker);
    if (!error.empty()) {
      context.problems.push_back("a process of the runner cannot be started: " + error);
    }
  }
  ReceiveAll(&workers, &context);
  *is_broken = std::any_of(workers.begin(), workers.end(),
                           [](const Worker &worker) { return !worker.has_ended; });
  return context.problems;
}

int DefaultJobs() {
  return 2 * static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace conformance

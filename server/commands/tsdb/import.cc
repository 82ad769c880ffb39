// `narthex tsdb import`: samples of the past into a data folder, from an OpenMetrics file or from a running server.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ostream>

#include "base/quote.h"
#include "server/commands/tsdb/data_folder.h"
#include "server/commands/tsdb/openmetrics_history.h"
#include "server/commands/tsdb/server_history.h"

namespace narthex::server {
namespace {

// Samples that are read into memory at once, unless a single day has more.
constexpr uint64_t kSamplesAtOnce = 5'000'000;
constexpr int64_t kSliceMs = 86'400'000;

struct Options {
  std::vector<std::string> places;  // [FILE] [FOLDER]
  HistoryRequest server;
  std::string format;
};

// A file as it lies on the disk.
class MappedFile {
 public:
  static Result<std::unique_ptr<MappedFile>> open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (fd < 0 || ::fstat(fd, &info) != 0) return failed(path, fd);
    if (!S_ISREG(info.st_mode)) {
      ::close(fd);
      return invalid(go_quote(path) + " is no regular file");
    }
    const auto size = static_cast<size_t>(info.st_size);
    void* at = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED) return failed(path, fd);
    ::close(fd);
    return std::unique_ptr<MappedFile>(new MappedFile(at, size));
  }
  ~MappedFile() {
    if (at_ != nullptr) ::munmap(at_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::string_view text() const { return {static_cast<const char*>(at_), size_}; }

 private:
  MappedFile(void* at, size_t size) : at_(at), size_(size) {}
  static Error failed(const std::string& path, int fd) {
    const int why = errno;
    if (fd >= 0) ::close(fd);
    return Error{Code::kIo, fmt::format("open {}: {}", path, std::strerror(why))};
  }

  void* const at_;
  const size_t size_;
};

struct Imported {
  uint64_t samples = 0;
  uint64_t histograms = 0;
  uint64_t series = 0;  // per part: one that reaches over several counts each time
};

void count(const std::vector<storage::HistorySeries>& part, Imported& imported) {
  imported.series += part.size();
  for (const storage::HistorySeries& series : part) {
    imported.samples += series.samples.size() + series.samples.histograms.size();
    imported.histograms += series.samples.histograms.size();
  }
}

Result<> import_file(const std::string& path, const std::string& folder, Imported& imported) {
  const auto file = MappedFile::open(path);
  if (!file) return file.error();
  const std::string_view body = (*file)->text();
  // All of it is read before the first sample is stored: a bad file imports nothing.
  const auto outline = outline_of(body, kSliceMs);
  if (!outline) return prefixed(path + ":", outline.error());
  const auto store = open_data_folder(folder, true);
  if (!store) return store.error();
  const auto& slices = outline->samples_by_slice;
  for (auto from = slices.begin(); from != slices.end();) {
    auto to = from;
    for (uint64_t samples = 0; to != slices.end() && (to == from || samples + to->second <= kSamplesAtOnce); ++to) {
      samples += to->second;
    }
    auto part = read_history(body, from->first, to == slices.end() ? storage::kMaxTime : to->first);
    if (!part) return prefixed(path + ": ", part.error());
    count(*part, imported);
    if (auto added = (*store)->add_history(*std::move(part)); !added) return added;
    from = to;
  }
  return {};
}

Result<> import_from_server(const HistoryRequest& request, const std::string& folder, Imported& imported) {
  const auto store = open_data_folder(folder, true);
  if (!store) return store.error();
  return ask_history(request, [&](std::vector<storage::HistorySeries> part) {
    count(part, imported);
    return (*store)->add_history(std::move(part));
  });
}

int run(const Options& options, Io& io) {
  const bool from_server = !options.server.url.empty();
  if (options.places.size() > (from_server ? 1u : 2u) || (!from_server && options.places.empty())) {
    io.err << "give one file and, if it is not \"data\", the data folder; or --from-url and the data folder\n";
    return 2;
  }
  const size_t folder_at = from_server ? 0 : 1;
  const std::string folder = options.places.size() > folder_at ? options.places[folder_at] : "data";
  Imported imported;
  const Result<> done = from_server ? import_from_server(options.server, folder, imported)
                                    : import_file(options.places[0], folder, imported);
  if (!done) {
    io.err << done.error().str() << "\n";
    if (imported.samples > 0) io.err << "imported before that: " << imported.samples << " samples\n";
    return done.error().code == Code::kInvalid ? 1 : 2;
  }
  if (options.format == "json") {
    io.out << fmt::format("{{\"samples\":{},\"histograms\":{}}}\n", imported.samples, imported.histograms);
  } else {
    io.out << fmt::format("imported {} samples, {} of them native histograms, into {}\n", imported.samples,
                          imported.histograms, folder);
  }
  return 0;
}

}  // namespace

void register_tsdb_import(CLI::App& root, Dispatch& dispatch) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      command_group(root, "tsdb", "Look at a data folder, and mend it.")
          .add_subcommand("import", "Add samples of the past, from OpenMetrics with timestamps or from a server.");
  command->add_option("places", options->places, "FILE [FOLDER]; with --from-url only [FOLDER]. Default folder: data");
  HistoryRequest& server = options->server;
  command->add_option("--from-url", server.url, "Read from this Prometheus (remote read): http://host:9090");
  command->add_option("--match", server.match, "With --from-url: only what this selector means; may be repeated");
  command->add_option("--min-time", server.from,
                      "With --from-url: from this time on, in milliseconds. Default: 15 days ago");
  command->add_option("--max-time", server.to, "With --from-url: up to this time, in milliseconds. Default: now");
  add_format(*command, options->format);
  command->callback([options, &dispatch] { dispatch.run = [options](Io& io) { return run(*options, io); }; });
}

}  // namespace narthex::server

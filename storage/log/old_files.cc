#include "storage/log/old_files.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "storage/log/meta.h"
#include "storage/log/segment_db.h"
#include "storage/log/table_reader.h"
#include "storage/log/wal_reader.h"
#include "storage/segment/footer_codec.h"

namespace narthex::storage {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kMetaId = 1;  // RocksDB's number of `meta`, the first family that is made
constexpr size_t kPageKey = 8 + 1 + 8;

class FileReader {
 public:
  explicit FileReader(OldFiles& files) : files_(files) {}

  void table(const std::string& file) {
    const auto table = TableReader::open(file, nullptr);
    if (!table) return lost(file, table.error());
    const auto first = table->first_key();
    if (!first) return lost(file, first.error());
    if (table->family() == "meta") return meta_table(file, *table);
    if (const auto window = window_of_family(table->family())) return log_table(file, *table, *window);
    if (first->size() == kPageKey) return segment(file, *table, number_at(*first, 0));
    lost(file,
         Error{Code::kCorruption, fmt::format("a table of the family \"{}\", which nobody knows", table->family())});
  }

  void wal(const std::string& file) {
    const auto damaged = read_wal(file, [&](const std::string& batch) { wal_batch(file, batch); });
    if (!damaged) return lost(file, damaged.error());
    if (*damaged > 0) lost(file, Error{Code::kCorruption, fmt::format("{} damaged blocks", *damaged)});
  }

  // Segments that another one was made of are only still there because they could not be deleted in time.
  void leave_out_parents() {
    std::set<uint64_t> parents;
    for (const auto& [id, segment] : files_.segments) {
      parents.insert(segment.footer.parents.begin(), segment.footer.parents.end());
    }
    for (const uint64_t id : parents) files_.segments.erase(id);
  }

 private:
  // Takes pairs out of a batch, by the numbers of their families.
  class Handler final : public rocksdb::WriteBatch::Handler {
   public:
    explicit Handler(FileReader& reader) : reader_(reader) {}
    rocksdb::Status PutCF(uint32_t family, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
      if (family == kMetaId) {
        reader_.meta_entry(key.ToString(), value.ToString());
      } else if (const auto window = reader_.windows_.find(family); window != reader_.windows_.end()) {
        reader_.files_.logs[window->second].insert_or_assign(number_at(key, 0), value.ToString());
      } else {
        reader_.unknown_.insert(family);
      }
      return rocksdb::Status::OK();
    }
    rocksdb::Status DeleteCF(uint32_t family, const rocksdb::Slice& key) override {
      if (family == kMetaId) reader_.files_.meta.erase(key.ToString());
      return rocksdb::Status::OK();
    }

   private:
    FileReader& reader_;
  };

  void lost(const std::string& file, const Error& why) {
    files_.lost.push_back(fmt::format("{}: {}", file, why.str()));
  }

  void meta_entry(std::string key, std::string value) {
    if (const auto window = window_of_family(key)) {
      uint32_t id = 0;
      std::from_chars(value.data(), value.data() + value.size(), id);
      windows_.insert_or_assign(id, *window);
    }
    files_.meta.insert_or_assign(std::move(key), std::move(value));
  }

  void meta_table(const std::string& file, const TableReader& table) {
    const auto read =
        table.each([&](std::string_view k, std::string_view v) { meta_entry(std::string(k), std::string(v)); });
    if (!read) lost(file, read.error());
  }

  void log_table(const std::string& file, const TableReader& table, int64_t window) {
    windows_.insert_or_assign(static_cast<uint32_t>(table.family_id()), window);
    auto& batches = files_.logs[window];
    const auto read = table.each([&](std::string_view k, std::string_view v) {
      batches.insert_or_assign(number_at(rocksdb::Slice(k.data(), k.size()), 0), v);
    });
    if (!read) lost(file, read.error());
  }

  void segment(const std::string& file, const TableReader& table, uint64_t id) {
    const auto last = table.last();
    if (!last) return lost(file, last.error());
    if (last->first != page_key(id, PageKind::kFooter, 0)) {
      return lost(file, Error{Code::kCorruption, "it has no footer"});
    }
    auto footer = decode_footer(last->second);
    if (!footer) return lost(file, footer.error());
    files_.segments.insert_or_assign(id, OldSegment{file, std::move(*footer)});
  }

  void wal_batch(const std::string& file, const std::string& bytes) {
    Handler handler(*this);
    const auto status = rocksdb::WriteBatch(bytes).Iterate(&handler);
    if (!status.ok()) lost(file, error_of(status, "a batch"));
    for (const uint32_t family : unknown_) {
      if (told_.insert(family).second) {
        lost(file,
             Error{Code::kCorruption, fmt::format("commits of the family {}, whose window nobody knows", family)});
      }
    }
    unknown_.clear();
  }

  OldFiles& files_;
  std::map<uint32_t, int64_t> windows_;  // by RocksDB's number of their families
  std::set<uint32_t> unknown_, told_;    // such numbers without a window
};

}  // namespace

// Tables first, and all in the order of their numbers: what was written later replaces what was written before.
OldFiles read_old_files(const std::string& path) {
  std::vector<std::string> tables, logs;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path, ignored)) {
    if (entry.path().extension() == ".sst") tables.push_back(entry.path().string());
    if (entry.path().extension() == ".log") logs.push_back(entry.path().string());
  }
  std::sort(tables.begin(), tables.end());
  std::sort(logs.begin(), logs.end());
  OldFiles files;
  FileReader reader(files);
  for (const std::string& table : tables) reader.table(table);
  for (const std::string& log : logs) reader.wal(log);
  reader.leave_out_parents();
  return files;
}

}  // namespace narthex::storage

// What the tests of segment files share: a folder with its database, and segments as a line of text.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "storage/log/database.h"
#include "storage/log/log_db.h"
#include "storage/log/segment_db.h"
#include "storage/segment/footer_codec.h"
#include "tests/unit/storage/lines.h"

namespace narthex::storage {

using PagesList = std::vector<std::shared_ptr<const SegmentPages>>;

// A database with its log and segments in a new folder, removed with it.
class OpenDatabase {
 public:
  OpenDatabase() {
    static int count = 0;
    folder_ = std::filesystem::temp_directory_path() /
              ("narthex-database-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::remove_all(folder_);
    settings_.folder = folder_;
    settings_.window_ms = 1000;
  }
  ~OpenDatabase() {
    close();
    std::filesystem::remove_all(folder_);
  }

  Database::Settings& settings() { return settings_; }
  const std::filesystem::path& folder() const { return folder_; }
  Lines& lines() { return lines_; }
  const Lines& lines() const { return lines_; }

  Result<> open() {
    close();
    auto database = Database::open(settings_, lines_);
    if (!database) return database.error();
    auto segments = open_segment_files(*database);
    if (!segments) return segments.error();
    database_ = *database;
    segments_ = *segments;
    log_ = std::make_unique<LogDb>(database_);
    pages_ = segments_->segments();
    return {};
  }
  void close() {
    pages_.clear();
    segments_.reset();
    log_.reset();
    database_.reset();
  }

  Database& database() { return *database_; }
  LogDb& log() { return *log_; }
  SegmentFiles& segments() { return *segments_; }
  PagesList& pages() { return pages_; }

  // A closed file of `pages` packs of `bytes` bytes that say which they are, and a footer for this window with the
  // name. Null: it failed.
  std::unique_ptr<SegmentFile> written(const std::string& name, uint64_t pages = 3, size_t bytes = 10'000,
                                       int64_t window = 0, std::vector<uint64_t> parents = {}) {
    auto file = segments_->create();
    if (!file) return nullptr;
    for (uint64_t i = 0; i < pages; ++i) {
      if (!(*file)->put(PageKind::kPack, i, page(name, i, bytes))) return nullptr;
    }
    SegmentFooter footer;
    footer.version = kSegmentVersion;
    footer.first_window = footer.last_window = window;
    footer.parents = std::move(parents);
    footer.codecs.push_back({.codec = name});
    if (!(*file)->put(PageKind::kFooter, 0, encode(footer)) || !(*file)->close()) return nullptr;
    return std::move(*file);
  }
  static std::string page(const std::string& name, uint64_t number, size_t bytes) {
    std::string text = name + "/" + std::to_string(number) + " ";
    uint64_t noise = std::hash<std::string>()(text) | 1;
    while (text.size() < bytes) {
      noise = noise * 6364136223846793005u + 1442695040888963407u;
      text += static_cast<char>(noise >> 56);
    }
    return text;
  }

  // A segment of this name for everything in the log below `logs_below`.
  Result<> seal(const std::string& name, int64_t logs_below, std::vector<uint64_t> removed = {}) {
    SegmentChange change;
    change.added.push_back(written(name, 3, 10'000, logs_below - 1, removed));
    if (!change.added.back()) return Error{Code::kIo, "the file cannot be written"};
    change.logs_below = logs_below;
    change.removed = removed;
    auto added = segments_->apply(std::move(change));
    if (!added) return added.error();
    for (const uint64_t id : removed) {
      for (const auto& old : pages_) {
        if (old->id() == id) old->retire();
      }
      std::erase_if(pages_, [&](const auto& old) { return old->id() == id; });
    }
    pages_.insert(pages_.end(), added->begin(), added->end());
    return {};
  }

  // "log 1:a,b 2:c segments a b": texts of batches by window, then names of the segments, all pages of which are right.
  std::string dump() {
    std::map<int64_t, std::string> windows;
    for (const int64_t window : log_->windows()) windows[window];
    const auto damage = log_->read([&](uint64_t, const auto& batches) {
      for (const auto& [window, bytes] : batches) {
        if (!windows.contains(window)) continue;  // sealed, and could not be dropped at once
        windows[window] += (windows[window].empty() ? "" : ",") + std::string(bytes);
      }
    });
    std::string text = "log";
    for (const auto& [window, batches] : windows) {
      if (!batches.empty()) text += " " + std::to_string(window) + ":" + batches;
    }
    for (const auto& sentence : damage) text += " (" + sentence + ")";
    text += " segments";
    for (const auto& pages : pages_) text += " " + name_of(*pages);
    return text;
  }
  static std::string name_of(const SegmentPages& pages) {
    std::string bytes;
    if (const auto read = pages.get(PageKind::kFooter, 0, bytes); !read) return "(" + read.error().message + ")";
    const auto footer = decode_footer(bytes);
    const std::string name = footer ? footer->codecs.at(0).codec : footer.error().message;
    for (uint64_t i = 0; pages.get(PageKind::kPack, i, bytes) || i < 3; ++i) {
      if (bytes != page(name, i, bytes.size())) return name + " with a wrong page " + std::to_string(i);
    }
    return name;
  }
  // Files of tables and logs in db/ by extension.
  std::set<std::string> files(const std::string& extension) const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "db")) {
      if (entry.path().extension() == extension) names.insert(entry.path().string());
    }
    return names;
  }

 private:
  std::filesystem::path folder_;
  Database::Settings settings_;
  Lines lines_;
  std::shared_ptr<Database> database_;
  std::unique_ptr<LogDb> log_;
  std::shared_ptr<SegmentFiles> segments_;
  PagesList pages_;
};

}  // namespace narthex::storage

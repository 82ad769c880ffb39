#include "storage/log/meta.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <charconv>

namespace narthex::storage {

std::string numbered_key(std::string_view prefix, uint64_t number) { return fmt::format("{}{:020}", prefix, number); }

rocksdb::Status Meta::load(Handles& handles) {
  entries_.clear();
  undo_.clear();
  const std::unique_ptr<rocksdb::Iterator> it(handles.db->NewIterator({}, handles.meta));
  for (it->SeekToFirst(); it->Valid(); it->Next()) entries_.emplace(it->key().ToString(), it->value().ToString());
  return it->status();
}

rocksdb::Status Meta::write(Handles& handles, const Changes& changes, bool sync) {
  Changes all = changes;
  all.insert(undo_.begin(), undo_.end());
  rocksdb::WriteBatch batch;
  for (const auto& [key, value] : all) {
    if (value) batch.Put(handles.meta, key, *value);
    if (!value) batch.Delete(handles.meta, key);
  }
  rocksdb::WriteOptions options;
  options.sync = sync;
  const rocksdb::Status status = handles.db->Write(options, &batch);
  if (!status.ok()) {
    for (const auto& [key, value] : changes) {
      const std::string* valid = find(key);
      undo_.emplace(key, valid == nullptr ? std::nullopt : std::optional(*valid));
    }
    return status;
  }
  undo_.clear();
  for (const auto& [key, value] : changes) {
    if (value) entries_.insert_or_assign(key, *value);
    if (!value) entries_.erase(key);
  }
  return status;
}

const std::string* Meta::find(std::string_view key) const {
  const auto it = entries_.find(key);
  return it == entries_.end() ? nullptr : &it->second;
}

int64_t Meta::number(std::string_view key, int64_t otherwise) const {
  const std::string* text = find(key);
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), otherwise);
  return otherwise;
}

void Meta::each(std::string_view prefix, const std::function<void(uint64_t, const std::string&)>& visit) const {
  for (auto it = entries_.lower_bound(prefix); it != entries_.end() && it->first.starts_with(prefix); ++it) {
    const std::string_view digits = std::string_view(it->first).substr(prefix.size());
    uint64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    visit(number, it->second);
  }
}

}  // namespace narthex::storage

#include "storage/log/table_reader.h"

#include "storage/log/rocks.h"

namespace narthex::storage {
namespace {

std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

Error error_at(const rocksdb::Iterator& at) {
  if (!at.status().ok()) return error_of(at.status(), "reading a table");
  return Error{Code::kNotFound, "the table is empty"};
}

}  // namespace

Result<TableReader> TableReader::open(const std::string& file, rocksdb::Env* env) {
  rocksdb::Options options(rocksdb::DBOptions(), log_family_options());
  if (env != nullptr) options.env = env;
  auto reader = std::make_unique<rocksdb::SstFileReader>(options);
  const auto status = reader->Open(file);
  if (!status.ok()) return error_of(status, "reading " + file);
  return TableReader(std::move(reader));
}

Result<> TableReader::each(const std::function<void(std::string_view, std::string_view)>& visit) const {
  const std::unique_ptr<rocksdb::Iterator> at(reader_->NewIterator({}));
  for (at->SeekToFirst(); at->Valid(); at->Next()) visit(view(at->key()), view(at->value()));
  return at->status().ok() ? Result<>() : Result<>(error_at(*at));
}

Result<std::string> TableReader::first_key() const {
  const std::unique_ptr<rocksdb::Iterator> at(reader_->NewIterator({}));
  at->SeekToFirst();
  if (!at->Valid()) return error_at(*at);
  return at->key().ToString();
}

Result<std::pair<std::string, std::string>> TableReader::last() const {
  const std::unique_ptr<rocksdb::Iterator> at(reader_->NewIterator({}));
  at->SeekToLast();
  if (!at->Valid()) return error_at(*at);
  return std::pair(at->key().ToString(), at->value().ToString());
}

}  // namespace narthex::storage

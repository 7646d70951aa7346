#!/bin/sh
# Makes the Swift code for this project's .proto files.
# Needs protoc (apt: protobuf-compiler) and protoc-gen-swift, built from a checkout of
# https://github.com/apple/swift-protobuf at the version that Package.swift names:
#   swift build -c release --product protoc-gen-swift
# Usage: validation/generate_protobuf.sh PATH_OF_PROTOC_GEN_SWIFT
set -eu
plugin=${1:?"usage: $0 PATH_OF_PROTOC_GEN_SWIFT"}
cd "$(dirname "$0")/../Sources/ModelFormats"
find . -name '*.proto' | sort | while read -r proto; do
    protoc --plugin=protoc-gen-swift="$plugin" --swift_out="$(dirname "$proto")" \
        --swift_opt=Visibility=Internal --proto_path="$(dirname "$proto")" "$proto"
done

# A formula for Homebrew, on macOS and Linux: from a tap of your own, brew install --HEAD mtcnn-validate.
# It could not be run where the project is made, which has no Homebrew; `ruby -c` takes it. There is no stable url before
# the first release: then `url` and `sha256` name the archive of its tag. `homepage` and `head` name your repository.
class MtcnnValidate < Formula
  desc "Tells whether a converted neural network still computes the same"
  homepage "https://example.org/mtcnn-validate"
  license "MIT"
  head "https://example.org/mtcnn-validate.git", branch: "main"

  depends_on "pkgconf" => :build
  depends_on xcode: ["16.3", :build]
  depends_on "hdf5"
  depends_on "jpeg-turbo"
  depends_on "json-c"
  depends_on "libpng"

  uses_from_macos "python" => :build
  uses_from_macos "swift" => :build

  on_linux do
    depends_on "openssl@3"
  end

  def install
    arguments = ["-c", "release", "--product", "mtcnn-validate", "--disable-sandbox"]
    arguments << "--static-swift-stdlib" if OS.linux?
    system "swift", "build", *arguments
    system "validation/install.sh", ".build/release/mtcnn-validate", prefix
  end

  test do
    assert_match "Conforms", shell_output("#{bin}/mtcnn-validate --report #{testpath}/out")
    assert_path_exists testpath/"out/report.html"
  end
end

# `make validate` judges the bundled networks; `make test` runs the tests. Both install what is missing.

.PHONY: validate install docs test test-page test-readme test-library fuzz fuzz-long kill sanitize levels levels-avx512 speed scale capture capture-engines format lint lint-scripts check-install release check-release dependencies

validate: dependencies
	swift build -c release --product mtcnn-validate
	.build/release/mtcnn-validate --report out/

# Installs the program with its data, manual page and completions: make install PREFIX=/usr/local
install: dependencies
	swift build -c release --product mtcnn-validate
	validation/install.sh .build/release/mtcnn-validate "$(DESTDIR)$(or $(PREFIX),/usr/local)"

# Installs into a directory of its own, hides the checkout, and uses the program, its manual page and its completions.
check-install: dependencies
	swift build -c release --product mtcnn-validate
	validation/check_install.sh .build/release/mtcnn-validate

# Builds an archive for other machines, and runs it in a root that holds the C library alone.
release:
	validation/release.sh

check-release:
	for archive in .build/release-files/*.tar.gz; do validation/check_release.sh "$$archive" || exit 1; done

# Swift's code as it is debugged, the kernels as they are released: without their optimiser the tests take a third longer.
# FILTER names some tests.
test: dependencies
	swift build --build-tests -Xcc -O2
	swift test --skip-build -Xcc -O2 $(if $(FILTER),--filter '$(FILTER)')

# Opens the pages of good and failing runs in headless Chromium. SCREENSHOTS sets where their pictures are kept.
test-page: dependencies
	validation/install_page_tools.sh
	swift build -c release --product mtcnn-validate
	python3 validation/check_page.py .build/release/mtcnn-validate --axe .build/page/*.whl \
	    --screenshots $${SCREENSHOTS:-out/screenshots}

# Runs every command of the README and compares what it prints.
test-readme: dependencies
	swift build -c release --product mtcnn-validate
	python3 validation/check_readme.py .build/release/mtcnn-validate

# Builds and runs a program that uses the library from outside: what is public is enough.
test-library: dependencies
	swift run --package-path validation/library_user library-user Fixtures

# Builds the guide into .build/guide.
docs:
	docc convert Sources/mtcnn-validate/Documentation.docc --output-path .build/guide --warnings-as-errors \
	    --fallback-display-name mtcnn-validate --fallback-bundle-identifier mtcnn-validate

# Fuzzes every reader, and random graphs, for a minute each; fuzz-long for an hour each. FUZZ_SECONDS sets another time.
fuzz: dependencies
	Fuzz/run.sh $${FUZZ_SECONDS:-60}

fuzz-long: dependencies
	Fuzz/run.sh $${FUZZ_SECONDS:-3600}

# Kills runs at many moments: their reports are the old ones or the new, whole.
kill: dependencies
	swift build --product mtcnn-validate
	python3 validation/kill_test.py .build/debug/mtcnn-validate

# Runs the tests under the sanitizers that the toolchain has.
sanitize: dependencies
	validation/sanitize.sh

# Compares the vector kernels of every instruction set, an emulated arm64's among them where that can be.
levels:
	validation/compare_levels.sh $(LEVELS)

# The same of AVX-512 on an emulated machine, for processors without it.
levels-avx512:
	validation/compare_levels_avx512.sh

# Fails where finding faces takes more instructions than before.
speed: dependencies
	swift build -c release --product mtcnn-validate
	validation/check_instructions.sh .build/release/mtcnn-validate

# Runs the workflow of many frames with Snakemake on this machine, kills it midway and resumes it. SCALE=--slurm does it with
# Slurm, which it starts; that needs the rights of root, and slurm-wlm and munge.
scale: dependencies
	swift build -c release --product mtcnn-validate
	[ -x .venv-scale/bin/python ] || python3 -m venv .venv-scale
	.venv-scale/bin/python -m pip install --quiet --disable-pip-version-check -r validation/scale/requirements.txt
	.venv-scale/bin/python validation/scale/check_workflow.py .build/release/mtcnn-validate $(SCALE)

# Records the fixtures again, with ONNX Runtime in a virtual environment of its own.
capture:
	validation/record_fixtures.sh

# Records the bundled networks with every other engine that needs no Mac, in a virtual environment of their own, and
# compares what each engine answers as it runs.
capture-engines: dependencies
	swift build -c release --product mtcnn-validate
	[ -x .venv-engines/bin/python ] || python3 -m venv .venv-engines
	.venv-engines/bin/python -m pip install --quiet --disable-pip-version-check -r validation/requirements-engines.txt
	.venv-engines/bin/python validation/check_engines.py --binary .build/release/mtcnn-validate

format:
	swift format --in-place --recursive Package.swift Sources Tests

# Checks the scripts, the workflows, the Dockerfile and the Homebrew formula with the tools that are installed.
lint-scripts:
	validation/lint_scripts.sh

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

dependencies:
	@validation/install_dependencies.sh

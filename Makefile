# SPDX-License-Identifier: MIT
#
# The things one does with pidlab; kbuild reads Kbuild and never sees this file.
# Each target is a step in scripts/steps/, which says what it does as it goes.

KDIR ?= /lib/modules/$(shell uname -r)/build

STEP := PYTHONPATH=scripts:scripts/lib PYTHONDONTWRITEBYTECODE=1 python3 -m steps.
on_kernel = $(if $(KERNEL),--kernel $(KERNEL))

.DEFAULT_GOAL := help

.PHONY: help
help: ## what there is (this text)
	@echo 'make TARGET [KERNEL=name] [SCENARIO=file]'
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done
	@echo
	@echo 'Kernels: stock (= 6.12) and 6.1, which are those of Debian; debug, kcsan, plain and'
	@echo 'uml, which are built from source on first use and cached (`make doctor'\'' shows them).'
	@echo 'Where make itself is missing: scripts/run and scripts/check install what they need.'

.PHONY: run
run: ## boot a VM, load the module, run every scenario (or SCENARIO=file; GENERATIONS=all) [KERNEL=stock]
	@$(STEP)run $(on_kernel) $(if $(SCENARIO),--scenario '$(SCENARIO)') \
		$(if $(GENERATIONS),--generations '$(GENERATIONS)')

.PHONY: check
check: ## every test there is; the last line is the sum
	@$(STEP)check

.PHONY: module
module: ## build pidlab.ko in module/ for the running kernel (or KDIR=kernel build directory)
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

.PHONY: client
client: ## build the command `pidlab' in build/client/
	@$(STEP)client

.PHONY: unit
unit: ## tests that need no kernel: the scripts, and the client under sanitizers
	@$(STEP)unit

.PHONY: kunit
kunit: ## the KUnit suites in a VM [KERNEL=debug; uml is the quick one] [ARGS=--footprints]
	@$(STEP)kunit $(on_kernel) $(ARGS)

.PHONY: vmtest
vmtest: ## the C++ tests against the real device in a VM [KERNEL=debug, then stock]
	@$(STEP)vmtest $(on_kernel)

.PHONY: explore
explore: ## every order of what a scenario's columns do: SCENARIO=file [KERNEL=stock SHARDS=n ARGS=options of pidlab explore]
	@$(STEP)search explore $(on_kernel) $(if $(SCENARIO),--scenario '$(SCENARIO)') $(if $(SHARDS),--shards $(SHARDS)) $(ARGS)

.PHONY: catalogue
catalogue: ## find each bug of the time by search, and nothing where it is off [KERNEL=stock]
	@$(STEP)search catalogue $(on_kernel) $(if $(SCENARIO),--scenario '$(SCENARIO)') $(ARGS)

.PHONY: pairs
pairs: ## every two operations at the same time, in every order [KERNEL=stock ARGS='--every 50']
	@$(STEP)search pairs $(on_kernel) $(if $(SCENARIO),--scenario '$(SCENARIO)') $(ARGS)

.PHONY: rows
rows: ## what pidlab promises, row by row, with the tests of each (or ROW=a5)
	@$(STEP)rows $(if $(ROW),--row '$(ROW)')

.PHONY: bench
bench: ## measure the ways from numbers to pids against the kernel's own [KERNEL=uml ARGS='--against OLD.json']
	@$(STEP)bench $(on_kernel) $(ARGS)

.PHONY: torture
torture: ## a million random commands on module and model, all pairs, 200 seeds, races [KERNEL=stock] [SEED=n] [COMMANDS=n] [ARGS='--only pairs']
	@$(STEP)torture $(on_kernel) $(if $(SEED),--seed $(SEED)) $(if $(COMMANDS),--commands $(COMMANDS)) $(ARGS)

.PHONY: race
race: ## eight threads at a table of numbers, watched for data races [KERNEL=kcsan] [OPS=1000000]
	@$(STEP)race $(on_kernel) $(if $(OPS),--ops $(OPS))

.PHONY: style
style: ## layout, the kernel's checkpatch, licences, sizes
	@scripts/style

.PHONY: install
install: ## the client, its manual and library, and the module for DKMS [DESTDIR= PREFIX=/usr/local]
	@$(STEP)install $(if $(DESTDIR),--destdir '$(DESTDIR)') $(if $(PREFIX),--prefix '$(PREFIX)')

.PHONY: deb
deb: ## Debian packages of the client, the library and the module, in build/deb/
	@$(STEP)deb

.PHONY: shell
shell: ## a VM with the module loaded, and a prompt [KERNEL=stock]
	@$(STEP)shell $(on_kernel)

.PHONY: kernel
kernel: ## download or build a kernel into the cache: KERNEL=name
	@scripts/kernel $(if $(KERNEL),build $(KERNEL),list)

.PHONY: doctor
doctor: ## what is missing on this machine, and what to do about it
	@scripts/doctor

.PHONY: clean
clean: ## delete what was built in the tree
	@rm -rf build
	@find . -name .git -prune -o -type d -name __pycache__ -exec rm -rf {} +
	@find Kbuild module kunit \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name '.*.d' \) -type f -delete
	@rm -f modules.order Module.symvers .modules.order.cmd .Module.symvers.cmd module/modules.order \
		kunit/modules.order kunit/bench/modules.order

.PHONY: distclean
distclean: clean ## and the cache of kernels too
	@$(STEP)distclean

/* SPDX-License-Identifier: MIT */
/* The agent's program as a part of the library. */
	.section .rodata
	.globl pidlab_oracle_program
	.globl pidlab_oracle_program_end
	.balign 16
pidlab_oracle_program:
	.incbin ORACLE_AGENT
pidlab_oracle_program_end:
	.byte 0
	.section .note.GNU-stack,"",@progbits

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: each row of PIDLAB_EVENTS is an event pidlab:pidlab_<name> for
 * perf and tracefs, with the same fields.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pidlab

#if !defined(PL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define PL_TRACE_H

#include <linux/tracepoint.h>

#include "pidlab_netlink.h"

DECLARE_EVENT_CLASS(pidlab_event,
	TP_PROTO(u64 lab, u64 object, u64 other, int nr, int value),
	TP_ARGS(lab, object, other, nr, value),
	TP_STRUCT__entry(
		__field(u64, lab)
		__field(u64, object)
		__field(u64, other)
		__field(int, nr)
		__field(int, value)
	),
	TP_fast_assign(
		__entry->lab = lab;
		__entry->object = object;
		__entry->other = other;
		__entry->nr = nr;
		__entry->value = value;
	),
	TP_printk("lab=%llu object=%#llx other=%#llx nr=%d value=%d", __entry->lab,
		  __entry->object, __entry->other, __entry->nr, __entry->value)
);

#define PL_TRACE_ROW(number, NAME, name, ...) \
	DEFINE_EVENT(pidlab_event, pidlab_##name, \
		TP_PROTO(u64 lab, u64 object, u64 other, int nr, int value), \
		TP_ARGS(lab, object, other, nr, value));
PIDLAB_EVENTS(PL_TRACE_ROW)
#undef PL_TRACE_ROW

#endif /* PL_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

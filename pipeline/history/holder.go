package history

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Holder is the process that a run belongs to. A pid alone would not do: after a restart, and in
// every container, another process has it.
type Holder struct {
	PID     int    `json:"pid"`
	Host    string `json:"host,omitempty"`
	Boot    string `json:"boot,omitempty"`    // id of the boot of the system, where it has one
	Started string `json:"started,omitempty"` // start of the process in ticks after boot, where known
}

func thisProcess() Holder {
	// A system that cannot say its name still tells processes apart by the rest.
	host, _ := os.Hostname()
	return Holder{PID: os.Getpid(), Host: host, Boot: bootID(), Started: processStart(os.Getpid())}
}

// gone says whether the process has ended. A process of another host or of an earlier boot counts as
// ended: state folders are local, so it cannot be using this one any more.
func (h Holder) gone(self Holder) bool {
	if h.PID <= 0 || h.Host != self.Host || h.Boot != self.Boot {
		return true
	}
	process, err := os.FindProcess(h.PID)
	if err != nil {
		return true
	}
	asked := process.Signal(syscall.Signal(0))
	_ = process.Release()
	if errors.Is(asked, os.ErrProcessDone) {
		return true
	}
	return processStart(h.PID) != h.Started
}

func bootID() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// processStart reads the 22nd field of /proc/<pid>/stat. The second is the program's name in
// parentheses, which may itself hold spaces and parentheses.
func processStart(pid int) string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	// A zombie has ended; only its parent has not yet asked how.
	const state, start = 0, 19
	if len(fields) <= start || fields[state] == "Z" {
		return ""
	}
	return fields[start]
}

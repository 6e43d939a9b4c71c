package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress shows on a terminal how far a run is, with rate and time left. Without a terminal it is
// silent.
type progress struct {
	mu      sync.Mutex
	out     io.Writer
	shows   bool
	width   int
	step    string
	started time.Time
	drawn   time.Time
}

// redraw is how often the line is drawn at most.
const redraw = 100 * time.Millisecond

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, width: 80}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.shows = os.Getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			p.width = width
		}
	}
	return p
}

// Step begins a step.
func (p *progress) Step(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step, p.started = name, time.Now()
	p.draw(name+" …", true)
}

// Bytes shows how much of the files has been read.
func (p *progress) Bytes(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	took := time.Since(p.started).Seconds()
	if total <= 0 || took <= 0 {
		return
	}
	rate := float64(done) / took
	text := fmt.Sprintf("%s %3d %%  %.1f of %.1f MB  %.0f MB/s", p.step, done*100/total, mega(done), mega(total), rate/1e6)
	p.draw(text+p.left(float64(done), float64(total), took), done == total)
}

// Model shows how many models are built.
func (p *progress) Model(name string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	took := time.Since(p.started).Seconds()
	p.draw(fmt.Sprintf("%s %d of %d  %s", p.step, done, total, name)+p.left(float64(done), float64(total), took), done == total)
}

// left gives the time that is left at the present rate.
func (p *progress) left(done, total, took float64) string {
	if done <= 0 || done >= total || took < 1 {
		return ""
	}
	return fmt.Sprintf("  %s left", time.Duration((total-done)/done*took*float64(time.Second)).Round(time.Second))
}

func (p *progress) draw(text string, always bool) {
	if !p.shows || (!always && time.Since(p.drawn) < redraw) {
		return
	}
	p.drawn = time.Now()
	if runes := []rune(text); len(runes) >= p.width {
		text = string(runes[:p.width-1])
	}
	_, _ = fmt.Fprint(p.out, "\r\x1b[K"+text) // a terminal that is gone shows nothing
}

// finish removes the line.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shows {
		_, _ = fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func mega(n int64) float64 { return float64(n) / 1e6 }

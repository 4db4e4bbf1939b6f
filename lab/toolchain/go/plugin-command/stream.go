package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
)

// What `logging` may be: which of a command's streams are shown while it runs.
const (
	logNone   = "none"
	logStdout = "stdout"
	logStderr = "stderr"
	logBoth   = "stdoutAndStderr"
)

// shownOnFailure is how much of a failed command's output an error quotes, in bytes: enough for the reason.
const shownOnFailure = 4000

// streams collects what a command prints, and passes on line by line what `logging` asks for.
type streams struct {
	stdout, stderr bytes.Buffer
	both           sharedBuffer
	lines          []*lineLog
	outWriter      io.Writer
	errWriter      io.Writer
}

func newStreams(ctx context.Context, logging *string) *streams {
	s := &streams{}
	s.outWriter = s.collect(ctx, &s.stdout, text(logging) == logStdout || text(logging) == logBoth)
	s.errWriter = s.collect(ctx, &s.stderr, text(logging) == logStderr || text(logging) == logBoth)
	return s
}

func (s *streams) collect(ctx context.Context, into io.Writer, logged bool) io.Writer {
	writers := []io.Writer{into, &s.both}
	if logged {
		log := &lineLog{info: p.GetLogger(ctx).Info}
		s.lines = append(s.lines, log)
		writers = append(writers, log)
	}
	return io.MultiWriter(writers...)
}

// finish returns what was printed, or the failure with the last of it. The command's own text is left out of the
// message on purpose: it may hold a secret.
func (s *streams) finish(where string, err error) (output, error) {
	for _, log := range s.lines {
		log.flush()
	}
	if err == nil {
		return output{strings.TrimSuffix(s.stdout.String(), "\n"), strings.TrimSuffix(s.stderr.String(), "\n")}, nil
	}
	printed := strings.TrimSpace(s.both.String())
	if printed == "" {
		printed = "(it printed nothing)"
	}
	if len(printed) > shownOnFailure {
		printed = "…" + printed[len(printed)-shownOnFailure:]
	}
	return output{}, fmt.Errorf("%s: the command failed: %w\n%s", where, err, printed)
}

// sharedBuffer takes both streams in the order in which they arrive.
type sharedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *sharedBuffer) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(data)
}

// lineLog turns a stream into whole lines for the engine's display.
type lineLog struct {
	info func(string)
	rest string
}

func (l *lineLog) Write(data []byte) (int, error) {
	l.rest += string(data)
	for {
		line, rest, found := strings.Cut(l.rest, "\n")
		if !found {
			return len(data), nil
		}
		l.info(line)
		l.rest = rest
	}
}

func (l *lineLog) flush() {
	if l.rest != "" {
		l.info(l.rest)
	}
	l.rest = ""
}

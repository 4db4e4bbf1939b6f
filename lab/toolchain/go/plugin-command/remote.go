package main

import (
	"context"
	"errors"
	"fmt"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/ssh"
)

// RemoteCommand is command:remote:Command: a command on another machine, over SSH.
type RemoteCommand struct{}

// RemoteCommandArgs are its inputs.
type RemoteCommandArgs struct {
	commandArgs
	Connection Connection `pulumi:"connection" provider:"secret"`
}

// RemoteCommandState is its state: the inputs, and what the last run printed.
type RemoteCommandState struct {
	RemoteCommandArgs
	output
}

// Annotate gives it the released plugin's token.
func (c *RemoteCommand) Annotate(a infer.Annotator) { a.SetToken("remote", "Command") }

// Check looks at the connection's fields before they are decoded: the framework's own message for one that it does
// not know leads the engine to print the whole connection, private key included.
func (*RemoteCommand) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[RemoteCommandArgs], error) {
	if failures := checkConnection("connection", req.NewInputs.Get("connection"), true); len(failures) > 0 {
		return infer.CheckResponse[RemoteCommandArgs]{Failures: valueless(failures)}, nil
	}
	args, failures, err := infer.DefaultCheck[RemoteCommandArgs](ctx, req.NewInputs)
	if err := args.validate(); err != nil {
		failures = append(failures, p.CheckFailure{Property: "logging", Reason: err.Error()})
	}
	return infer.CheckResponse[RemoteCommandArgs]{Inputs: args, Failures: valueless(failures)}, err
}

// Create runs `create`, if there is one.
func (*RemoteCommand) Create(
	ctx context.Context, req infer.CreateRequest[RemoteCommandArgs],
) (infer.CreateResponse[RemoteCommandState], error) {
	state := RemoteCommandState{RemoteCommandArgs: req.Inputs}
	id, err := newID(req.Name)
	if err == nil && !req.DryRun {
		err = state.run(ctx, req.Inputs.Create)
	}
	return infer.CreateResponse[RemoteCommandState]{ID: id, Output: state}, err
}

// Update runs `update`, or `create` where there is none.
func (*RemoteCommand) Update(
	ctx context.Context, req infer.UpdateRequest[RemoteCommandArgs, RemoteCommandState],
) (infer.UpdateResponse[RemoteCommandState], error) {
	state := RemoteCommandState{RemoteCommandArgs: req.Inputs, output: req.State.output}
	var err error
	if !req.DryRun {
		err = state.run(ctx, req.Inputs.onUpdate())
	}
	return infer.UpdateResponse[RemoteCommandState]{Output: state}, err
}

// Delete runs `delete`, if there is one.
func (*RemoteCommand) Delete(
	ctx context.Context, req infer.DeleteRequest[RemoteCommandState],
) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, req.State.run(ctx, req.State.Delete)
}

func (s *RemoteCommandState) run(ctx context.Context, script *string) error {
	if script == nil {
		return nil
	}
	client, err := s.Connection.dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	where := s.Connection.address()
	session, err := client.NewSession()
	if err != nil {
		return fmt.Errorf("%s: no SSH session: %w", where, err)
	}
	defer session.Close()
	// Closing the connection is what ends a remote command when the engine is interrupted.
	stop := context.AfterFunc(ctx, func() { client.Close() })
	defer stop()

	if err := s.exportVariables(ctx, session); err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	streams := newStreams(ctx, s.Logging)
	session.Stdin, session.Stdout, session.Stderr = s.stdin(), streams.outWriter, streams.errWriter
	printed, err := streams.finish(where, runFailure(session.Run(*script)))
	if err == nil {
		s.output = printed
	}
	return err
}

// exportVariables sets `environment`, which must arrive, and the previous output, which only may: sshd takes only the
// variables that its AcceptEnv names.
func (s *RemoteCommandState) exportVariables(ctx context.Context, session *ssh.Session) error {
	for name, value := range s.environment() {
		if session.Setenv(name, value) != nil {
			return fmt.Errorf("sshd did not take the environment variable %s. Name it in sshd_config's AcceptEnv, "+
				"or begin the command with %s=value", name, name)
		}
	}
	for name, value := range s.previousOutput(s.output) {
		if session.Setenv(name, value) != nil {
			p.GetLogger(ctx).Debugf("%s: sshd did not take %s (see its AcceptEnv)", s.Connection.address(), name)
		}
	}
	return nil
}

// runFailure says plainly what x/crypto's errors mean.
func runFailure(err error) error {
	var exit *ssh.ExitError
	var missing *ssh.ExitMissingError
	switch {
	case errors.As(err, &exit) && exit.Signal() != "":
		return fmt.Errorf("ended by signal %s", exit.Signal())
	case errors.As(err, &exit):
		return fmt.Errorf("exit status %d", exit.ExitStatus())
	case errors.As(err, &missing):
		return errors.New("the connection ended before the command did")
	default:
		return err
	}
}

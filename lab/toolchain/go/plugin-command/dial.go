package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// refusal is a failure that another attempt cannot change: a wrong host key, a refused login.
type refusal struct{ error }

// dial connects, through the proxy if there is one, and tries again while the server may still be starting.
func (c Connection) dial(ctx context.Context) (*ssh.Client, error) {
	if c.Proxy == nil {
		return c.retry(ctx, func() (*ssh.Client, error) {
			return c.handshake(ctx, (&net.Dialer{Timeout: c.timeout()}).DialContext)
		})
	}
	proxy, err := Connection{endpoint: c.Proxy.endpoint}.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("proxy of %s: %w", c.address(), err)
	}
	client, err := c.retry(ctx, func() (*ssh.Client, error) { return c.handshake(ctx, proxy.DialContext) })
	if err != nil {
		proxy.Close()
		return nil, fmt.Errorf("through the proxy %s: %w", c.Proxy.address(), err)
	}
	// The proxy's connection carries this one, so it ends with it.
	go func() { client.Wait(); proxy.Close() }()
	return client, nil
}

func (e endpoint) retry(ctx context.Context, attempt func() (*ssh.Client, error)) (*ssh.Client, error) {
	limit := e.attempts()
	for n := 1; ; n++ {
		client, err := attempt()
		var final refusal
		if err == nil || errors.As(err, &final) {
			return client, err
		}
		if n == limit {
			return nil, fmt.Errorf("%s: not reached in %d attempts: %w. Is the server up, and are `host` and `port` right?",
				e.address(), n, err)
		}
		p.GetLogger(ctx).InfoStatusf("%s: attempt %d failed, trying again", e.address(), n)
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: stopped while connecting: %w", e.address(), ctx.Err())
		case <-time.After(min(time.Duration(n)*200*time.Millisecond, 5*time.Second)):
		}
	}
}

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func (e endpoint) handshake(ctx context.Context, dial dialer) (*ssh.Client, error) {
	config, done, err := e.clientConfig()
	if err != nil {
		return nil, refusal{fmt.Errorf("%s: %w", e.address(), err)}
	}
	defer done()
	conn, err := dial(ctx, "tcp", e.address())
	if err != nil {
		return nil, err
	}
	if e.timeout() > 0 {
		// A channel through a proxy has no deadlines; closing it serves both kinds of connection.
		timer := time.AfterFunc(e.timeout(), func() { conn.Close() })
		defer timer.Stop()
	}
	sshConn, channels, requests, err := ssh.NewClientConn(conn, e.address(), config)
	if err == nil {
		return ssh.NewClient(sshConn, channels, requests), nil
	}
	conn.Close()
	var final refusal
	var login *ssh.ServerAuthError
	var unlike *ssh.AlgorithmNegotiationError
	switch {
	case errors.As(err, &final):
		return nil, final
	case errors.As(err, &login) || isLoginFailure(err):
		return nil, refusal{fmt.Errorf("%s: the SSH login of user %q was refused. "+
			"Is its public key in authorized_keys there, or its password right?", e.address(), e.user())}
	case errors.As(err, &unlike):
		return nil, refusal{fmt.Errorf("%s: no common SSH algorithm: %w. If the server was reinstalled with a host key "+
			"of another type, update `hostKey`", e.address(), err)}
	default:
		return nil, err
	}
}

func (e endpoint) clientConfig() (*ssh.ClientConfig, func(), error) {
	config := &ssh.ClientConfig{User: e.user(), Timeout: e.timeout()}
	if err := e.verifyHostKey(config); err != nil {
		return nil, nil, err
	}
	if e.PrivateKey != nil {
		signer, err := e.signer()
		if err != nil {
			return nil, nil, err
		}
		config.Auth = append(config.Auth, ssh.PublicKeys(signer))
	}
	done := func() {}
	socket := text(e.AgentSocketPath)
	if socket == "" {
		socket = os.Getenv("SSH_AUTH_SOCK")
	}
	if socket != "" {
		conn, err := net.Dial("unix", socket)
		switch {
		case err == nil:
			done = func() { conn.Close() }
			config.Auth = append(config.Auth, ssh.PublicKeysCallback(agent.NewClient(conn).Signers))
		case e.AgentSocketPath != nil || len(config.Auth) == 0 && e.Password == nil:
			return nil, nil, fmt.Errorf("no SSH agent answers at %s", socket)
		}
	}
	if e.Password != nil {
		config.Auth = append(config.Auth, ssh.Password(*e.Password), ssh.KeyboardInteractive(
			func(_, _ string, questions []string, _ []bool) ([]string, error) {
				answers := make([]string, len(questions))
				for i := range answers {
					answers[i] = *e.Password
				}
				return answers, nil
			}))
	}
	return config, done, nil
}

// signer reads the private key. The parser's own errors are replaced: they are about the key's content.
func (e endpoint) signer() (ssh.Signer, error) {
	if e.PrivateKeyPassword != nil {
		signer, err := ssh.ParsePrivateKeyWithPassphrase([]byte(*e.PrivateKey), []byte(*e.PrivateKeyPassword))
		if err != nil {
			return nil, errors.New("`privateKey` cannot be read: not a private key, or `privateKeyPassword` is wrong")
		}
		return signer, nil
	}
	signer, err := ssh.ParsePrivateKey([]byte(*e.PrivateKey))
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		return nil, errors.New("`privateKey` is encrypted; give its `privateKeyPassword`")
	}
	if err != nil {
		return nil, errors.New("`privateKey` is not a private key (expected the text of a PEM or OpenSSH key file)")
	}
	return signer, nil
}

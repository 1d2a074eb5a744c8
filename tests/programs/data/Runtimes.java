import java.util.*; import java.util.concurrent.*; import java.util.concurrent.atomic.*;
public class Runtimes {
  static synchronized int inc(int[] a) { return ++a[0]; }
  public static void main(String[] x) throws Exception {
    ExecutorService p = Executors.newFixedThreadPool(4);
    List<Future<Long>> l = new ArrayList<>();
    for (int t=0;t<8;t++) { final int k=t; l.add(p.submit(() -> { long s=0; for (int i=0;i<20000;i++) s=(s*31+i+k)%1000003; return s; })); }
    long sum=0; for (Future<Long> f : l) sum+=f.get();
    int[] c={0}; Thread[] ts=new Thread[4];
    for (int t=0;t<4;t++) { ts[t]=new Thread(() -> { for (int i=0;i<2000;i++) inc(c); }); ts[t].start(); }
    for (Thread t:ts) t.join();
    ConcurrentHashMap<Integer,Integer> m=new ConcurrentHashMap<>();
    CountDownLatch d=new CountDownLatch(3);
    for (int t=0;t<3;t++) { final int k=t; p.submit(() -> { for (int i=0;i<500;i++) m.merge(i, k+1, Integer::sum); d.countDown(); }); }
    d.await(); int ms=0; for (int v : m.values()) ms+=v;
    System.gc();
    BlockingQueue<Integer> q=new ArrayBlockingQueue<>(2); 
    Thread pr=new Thread(() -> { try { for (int i=0;i<300;i++) q.put(i); } catch (InterruptedException e) {} }); pr.start();
    int qs=0; for (int i=0;i<300;i++) qs+=q.take(); pr.join();
    Thread sl=new Thread(() -> { try { Thread.sleep(100000); } catch (InterruptedException e) { System.out.print("interrupted "); } }); sl.start(); sl.interrupt(); sl.join();
    p.shutdown(); p.awaitTermination(10, TimeUnit.SECONDS);
    System.out.println("sum "+sum+" count "+c[0]+" map "+ms+" queue "+qs);
  }
}

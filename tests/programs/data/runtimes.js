const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const fs=require('fs'), crypto=require('crypto'), zlib=require('zlib'), cp=require('child_process');
if (!isMainThread) { let s=0; for (let i=0;i<200000;i++) s=(s*31+i+workerData)%1000003; parentPort.postMessage(s); }
else {
 let left=3, sum=0;
 for (let i=0;i<3;i++) { const w=new Worker(__filename,{workerData:i}); w.on('message',m=>{sum+=m}); w.on('exit',()=>{ if(--left===0) after(); }); w.on('error',e=>{console.log('ERR',e);process.exit(1)}); }
 function after() {
  const b=Buffer.alloc(100000,'hearth');
  zlib.gzip(b,(e,z)=>{ zlib.gunzip(z,(e,u)=>{
   crypto.pbkdf2('x','y',50,32,'sha256',(e,k)=>{
    fs.readdir('/usr/bin',(e,l)=>{
     const net=require('net'); const s=net.createServer(c=>c.pipe(c)).listen(0,'127.0.0.1',()=>{
      const c=net.connect(s.address().port,'127.0.0.1'); c.write('ping'); c.once('data',d=>{ c.end(); s.close();
       cp.exec('echo child',(e,o)=>{ console.log('sum',sum,u.equals(b),k.toString('hex').slice(0,8),l.length>10,d.toString(),o.trim()); }); }); }); }); }); }); });
 }
}
